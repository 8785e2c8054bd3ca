package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.record.Seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link PendingLogins} and {@link LoginCallback}: records and states. See
 * {@link PendingLoginCookiesTests} for cookies.
 */
class PendingLoginsTests extends PendingLoginsFixture {

	@Test
	void callbackOfTheSameBrowserFindsTheAuthorizationRequest() {
		StartedLogin begun = begin(this.request);
		LoginCallback callback = callback(this.request.getState());
		assertThat(callback.isPending()).isTrue();
		assertThat(callback.key()).isEqualTo(begun.key());
		assertThat(callback.registrationId()).isEqualTo("keycloak");
		assertThat(callback.restartPath()).isEqualTo(TestRequests.BEGIN_PATH);
		assertThat(callback.read(Optional.of(begun.value())))
			.isEqualTo(new LoginCallback.Found(this.request, Duration.ZERO, null, null));
	}

	@Test
	void recordLivesForTheConfiguredTime() {
		assertThat(begin(this.request).ttl()).isEqualTo(TTL);
	}

	@Test
	void anotherInstanceFindsTheAuthorizationRequestToo() {
		StartedLogin begun = begin(this.request);
		LoginCallback callback = logins("shop").callback(this.request.getState(), this.browser.callback())
			.orElseThrow();
		assertThat(callback.key()).isEqualTo(begun.key());
		assertThat(callback.read(Optional.of(begun.value()))).isInstanceOf(LoginCallback.Found.class);
	}

	@Test
	void oneReferenceNamesALoginOnAllInstancesAndTellsNothing() {
		StartedLogin begun = begin(this.request);
		String reference = begun.correlationId();
		assertThat(reference).matches("[0-9a-f]{12}");
		assertThat(callback(this.request.getState()).correlationId()).isEqualTo(reference);
		assertThat(
				logins("shop").callback(this.request.getState(), this.browser.callback()).orElseThrow().correlationId())
			.isEqualTo(reference);
		assertThat(HexFormat.of().formatHex(begun.key().toByteArray())).doesNotContain(reference);
		assertThat(begin(TestRequests.oidc()).correlationId()).isNotEqualTo(reference);
	}

	@Test
	void usedMarkHasTheReferenceOfItsLogin() {
		StartedLogin begun = begin(this.request);
		this.browser.take(callback(this.request.getState()).cookiesWhenTaken());
		LoginCallback again = callback(this.request.getState());
		assertThat(again.isPending()).isFalse();
		assertThat(again.correlationId()).isEqualTo(begun.correlationId());
		this.browser.take(again.cookiesWhenTaken());
		assertThat(callback(this.request.getState()).correlationId()).isEqualTo(begun.correlationId());
	}

	@Test
	void severalLoginsOfOneBrowserDoNotDisturbEachOther() {
		List<OAuth2AuthorizationRequest> requests = new ArrayList<>();
		List<StartedLogin> begun = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			requests.add(TestRequests.oidc());
			begun.add(begin(requests.get(i)));
		}
		assertThat(begun).extracting(StartedLogin::key).doesNotHaveDuplicates();
		for (int i = 7; i >= 0; i--) {
			LoginCallback callback = callback(requests.get(i).getState());
			assertThat(callback.read(Optional.of(begun.get(i).value())))
				.isEqualTo(new LoginCallback.Found(requests.get(i), Duration.ZERO, null, null));
			this.browser.take(callback.cookiesWhenTaken());
		}
	}

	@Test
	void browserThatDidNotBeginTheLoginHasNoCallback() {
		begin(this.request);
		assertThat(this.logins.callback(this.request.getState(), new LoginBrowser().callback())).isEmpty();
		assertThat(this.logins.callback("other", this.browser.callback())).isEmpty();
		assertThat(logins("bank").callback(this.request.getState(), this.browser.callback())).isEmpty();
	}

	@Test
	void cookieOfAnotherLoginDoesNotReachTheRecord() {
		OAuth2AuthorizationRequest other = TestRequests.oidc();
		StartedLogin begun = begin(this.request);
		LoginBrowser attacker = new LoginBrowser();
		attacker.take(this.logins.start(LoginPath.SHARED, other, attacker.begin(), null, null).orElseThrow().cookies());
		String cookieName = this.browser.cookies().keySet().iterator().next();
		String secretOfAnother = attacker.cookies().values().iterator().next();
		attacker.cookies().put(cookieName, secretOfAnother);

		LoginCallback callback = this.logins.callback(this.request.getState(), attacker.callback()).orElseThrow();
		assertThat(callback.key()).isNotEqualTo(begun.key());
		assertThat(callback.read(Optional.of(begun.value())))
			.isEqualTo(new LoginCallback.Lost(LoginOutcome.UNREADABLE));
	}

	@Test
	void sameStateInAnotherNamespaceIsAnotherLogin() {
		StartedLogin begun = begin(this.request);
		LoginBrowser other = new LoginBrowser();
		PendingLogins bank = logins("bank");
		other.take(bank.start(LoginPath.SHARED, this.request, other.begin(), null, null).orElseThrow().cookies());
		LoginCallback callback = bank.callback(this.request.getState(), other.callback()).orElseThrow();
		assertThat(callback.key()).isNotEqualTo(begun.key());
		assertThat(callback.read(Optional.of(begun.value())))
			.isEqualTo(new LoginCallback.Lost(LoginOutcome.UNREADABLE));
	}

	@Test
	void sameRequestBegunTwiceIsTwoLogins() {
		LoginBrowser other = new LoginBrowser();
		StartedLogin first = begin(this.request);
		StartedLogin second = this.logins.start(LoginPath.SHARED, this.request, other.begin(), null, null)
			.orElseThrow();
		assertThat(second.key()).isNotEqualTo(first.key());
		assertThat(second.value()).isNotEqualTo(first.value());
	}

	@Test
	void valuesOfTwoKeysThatWereSwappedAreUnreadable() {
		OAuth2AuthorizationRequest other = TestRequests.oidc();
		StartedLogin first = begin(this.request);
		StartedLogin second = begin(other);
		LoginCallback.Result unreadable = new LoginCallback.Lost(LoginOutcome.UNREADABLE);
		assertThat(callback(this.request.getState()).read(Optional.of(second.value()))).isEqualTo(unreadable);
		assertThat(callback(other.getState()).read(Optional.of(first.value()))).isEqualTo(unreadable);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\u0001", "\u00ac\u00ed\u0000\u0005", "{}" })
	void valueThatWasNeverSealedIsUnreadable(String value) {
		begin(this.request);
		byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
		assertThat(callback(this.request.getState()).read(Optional.of(bytes)))
			.isEqualTo(new LoginCallback.Lost(LoginOutcome.UNREADABLE));
	}

	@Test
	void sealedRecordThatIsTooShortIsUnreadable() {
		begin(this.request);
		String state = this.request.getState();
		String secret = this.browser.onlyCookie().secret();
		LoginCallback callback = callback(this.request.getState());
		assertThat(callback.key()).isEqualTo(sealer().key(state, secret));
		for (int length = 0; length <= Long.BYTES; length++) {
			byte[] sealed = Seal.seal(sealer().sealingKey(state, secret), new byte[length]);
			assertThat(callback.read(Optional.of(sealed))).isEqualTo(new LoginCallback.Lost(LoginOutcome.UNREADABLE));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 4095, 4096 })
	void stateMayHaveUpTo4096Characters(int length) {
		OAuth2AuthorizationRequest withState = TestRequests.plain().state("s".repeat(length)).build();
		begin(withState);
		assertThat(this.logins.callback(withState.getState(), this.browser.callback())).isPresent();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 4097, 1_000_000 })
	void stateOfAnyOtherLengthIsNone(int length) {
		String state = "s".repeat(length);
		OAuth2AuthorizationRequest withState = TestRequests.plain().state(state).build();
		assertThatIllegalArgumentException().isThrownBy(() -> begin(withState))
			.withMessageContaining("1 to 4096 characters");

		this.browser.cookies().put(nameOfCookie(state), pending().format());
		assertThat(this.logins.callback(state, this.browser.callback())).isEmpty();
	}

	@Test
	void requestWithoutStateIsRefused() {
		OAuth2AuthorizationRequest withoutState = TestRequests.plain().state(null).build();
		assertThatIllegalArgumentException().isThrownBy(() -> begin(withoutState))
			.withMessageContaining("1 to 4096 characters");
	}

	@ParameterizedTest
	@ValueSource(strings = { "*", "{}", ":", "%00", "'\"", "a\u0000b", "\r\nSet-Cookie: a=b", "\u001b[31m",
			"caf\u00e9 \ud83d\ude00", "\ud800", "%252e%252e%252f", "__proto__" })
	void stateOfAnyCharactersIsOneLikeAnyOther(String state) {
		OAuth2AuthorizationRequest withState = TestRequests.plain().state(state).build();
		StartedLogin begun = begin(withState);
		assertThat(begun.cookies()).allSatisfy((cookie) -> assertThat(cookie.toString()).matches("[ -~]+"));
		assertThat(callback(state).read(Optional.of(begun.value())))
			.isEqualTo(new LoginCallback.Found(withState, Duration.ZERO, null, null));
	}

	@Test
	void statesThatDifferInTrailingZerosHaveDifferentKeys() {
		String secret = "S".repeat(43);
		assertThat(sealer().sealingKey("state", secret)).isNotEqualTo(sealer().sealingKey("state\u0000", secret));
		assertThat(sealer().sealingKey("state\u0000", secret))
			.isNotEqualTo(sealer().sealingKey("state\u0000\u0000", secret));
	}

	@Test
	void valueOfAnOidcLoginIsSmall() {
		assertThat(begin(this.request).value()).hasSizeLessThanOrEqualTo(500);
	}

	private static LoginSealer sealer() {
		return TestRequests.sealer("shop");
	}

	private static String nameOfCookie(String state) {
		return new BindingCookieJar(settings("shop")).issue(TestRequests.https("/"), state, pending()).getName();
	}

	private static BindingCookie pending() {
		return new BindingCookie(true, "S".repeat(43), BEGUN, "keycloak", "/begin", TestRequests.CALLBACK_PATH, null,
				null);
	}

}
