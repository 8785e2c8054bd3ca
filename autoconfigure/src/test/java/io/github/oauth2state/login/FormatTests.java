package io.github.oauth2state.login;

import java.util.Arrays;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.record.Seal;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What other releases write and this one must read, so that they can run side by side.
 * The recorded files are never changed: a new format gets a file of its own.
 */
class FormatTests {

	/**
	 * Format 2 is what the next release may write.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "1", "1-short-names", "2" })
	void recordAndCookieOfTheFormatCompleteALogin(String version) {
		RecordedFormat format = new RecordedFormat(version);
		LoginCallback callback = format.callback("pending").orElseThrow();
		assertThat(callback.isPending()).isTrue();
		assertThat(callback.registrationId()).isEqualTo("keycloak");
		assertThat(callback.restartPath()).isEqualTo("/oauth2/authorization/keycloak?a=b");
		assertThat(callback.key().toByteArray()).isEqualTo(format.bytes("key"));
		assertThat(callback.read(Optional.of(format.bytes("record"))))
			.isEqualTo(new LoginCallback.Found(TestRequests.recorded(), RecordedFormat.SINCE_BEGIN, null, null));
	}

	/**
	 * A record of format 1 may say who was signed in. Earlier releases do not know that,
	 * and read what is before it.
	 */
	@Test
	void recordThatSaysWhoWasSignedInIsReadByThisReleaseAndByEarlierOnes() {
		RecordedFormat format = new RecordedFormat("1-with-owner");
		LoginCallback callback = format.callback("pending").orElseThrow();
		LoginCallback.Found found = (LoginCallback.Found) callback.read(Optional.of(format.bytes("record")));
		assertThat(found.request()).isEqualTo(TestRequests.recorded());
		assertThat(callback.isFor(found, "alice")).isTrue();
		assertThat(callback.isFor(found, "bob")).isFalse();
		assertThat(callback.isFor(found, null)).isFalse();
		byte[] asEarlier = Arrays.copyOfRange(format.content(), Long.BYTES, format.content().length);
		assertThat(new CborAuthorizationRequestCodec().decode(asEarlier, format.get("state")))
			.isEqualTo(TestRequests.recorded());
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void postedCallbackOfTheFormatIsRecognized(int version) {
		RecordedFormat format = new RecordedFormat(version);
		assertThat(format.mayBePostedCallback("posted")).isTrue();
		assertThat(format.mayBePostedCallback("pending")).isFalse();
		assertThat(format.callback("posted").orElseThrow().key().toByteArray()).isEqualTo(format.bytes("key"));
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void usedMarkOfTheFormatIsOne(int version) {
		LoginCallback callback = new RecordedFormat(version).callback("used").orElseThrow();
		assertThat(callback.isPending()).isFalse();
		assertThat(callback.read(Optional.empty())).isEqualTo(new LoginCallback.Lost(LoginOutcome.ALREADY_USED));
	}

	@Test
	void recordOfAFormatTwoAheadIsUnreadable() {
		LoginCallback callback = new RecordedFormat(1).callback("pending").orElseThrow();
		assertThat(callback.read(Optional.of(new RecordedFormat(3).bytes("record"))))
			.isEqualTo(new LoginCallback.Lost(LoginOutcome.UNREADABLE));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pending", "posted", "used" })
	void cookieOfAFormatTwoAheadIsIgnored(String cookie) {
		assertThat(BindingCookie.parse(new RecordedFormat(2).get("cookie." + cookie))).isPresent();
		assertThat(BindingCookie.parse("4" + new RecordedFormat(2).get("cookie." + cookie).substring(1))).isEmpty();
	}

	@Test
	void thisReleaseWritesFormat1WithShortNames() {
		RecordedFormat format = new RecordedFormat("1-short-names");
		assertThat(Seal.VERSION).isEqualTo((byte) 1);
		for (String cookie : new String[] { "pending", "posted", "used" }) {
			String recorded = format.get("cookie." + cookie);
			assertThat(BindingCookie.parse(recorded).orElseThrow().format()).isEqualTo(recorded);
		}
		assertThat(new CborAuthorizationRequestCodec().encode(TestRequests.recorded()))
			.isEqualTo(Arrays.copyOfRange(format.content(), Long.BYTES, format.content().length));
	}

}
