package io.github.oauth2state.login;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.PendingLogins.StartedLogin;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whom a pending login is for, in its record and after a logout.
 */
class LoginRecordTests extends PendingLoginsFixture {

	@ParameterizedTest
	@ValueSource(strings = { "alice", "", "J\u00fcrgen \ud83d\ude00", "cn=alice,ou=people", "\0owner/1" })
	void loginOfAUserIsForThatUserOnly(String user) {
		LoginCallback callback = callback(this.logins, user);
		LoginCallback.Found found = found(this.logins, user);
		assertThat(callback.isFor(found, user)).isTrue();
		assertThat(callback.isFor(found, user + " ")).isFalse();
		assertThat(callback.isFor(found, null)).isFalse();
		assertThat(found.request()).isEqualTo(this.request);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = "alice")
	void loginOfNobodyIsForAnybody(@Nullable String user) {
		LoginCallback callback = callback(this.logins, null);
		assertThat(callback.isFor(found(this.logins, null), user)).isTrue();
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = "alice")
	void codecOfTheAppsOwnIsGivenWhatItWrote(@Nullable String user) {
		for (byte[] written : List.of(new byte[0], new byte[] { 7 }, new byte[24], new byte[100])) {
			LoginCallback.Found found = found(logins(new FixedCodec(written)), user);
			assertThat(found.owner()).isEqualTo(LoginRecord.owner(user));
		}
	}

	@Test
	void logoutEndsWhatNobodyInParticularBegan() {
		LoginCallback.Found found = found(this.logins, null);
		this.browser.take(this.logins.cookies().logout(this.browser.callback(), true));
		LoginCallback callback = this.logins.callback(this.request.getState(), this.browser.callback()).orElseThrow();
		assertThat(callback.isFor(found, null)).isFalse();
		assertThat(callback.isFor(found, "alice")).isFalse();
	}

	/**
	 * As behind a proxy that ends TLS and does not say so in all requests.
	 */
	@ParameterizedTest
	@CsvSource({ "true,false", "false,true", "false,false" })
	void logoutEndsWhatNobodyBeganThoughRequestsSeemToBePlain(boolean logoutByHttps, boolean callbackByHttps) {
		LoginCallback.Found found = found(this.logins, null);
		this.browser.take(this.logins.cookies().logout(this.browser.request("/logout", logoutByHttps), true));
		LoginCallback callback = this.logins
			.callback(this.request.getState(), this.browser.request(TestRequests.CALLBACK_PATH, callbackByHttps))
			.orElseThrow();
		assertThat(callback.isFor(found, "alice")).isFalse();
		assertThat(callback.isOlderThanLogout()).isTrue();
	}

	@Test
	void logoutDoesNotEndWhatAUserBeganOrWhatBeginsAfterIt() {
		LoginCallback.Found found = found(this.logins, "alice");
		this.browser.take(this.logins.cookies().logout(this.browser.callback(), true));
		LoginCallback callback = this.logins.callback(this.request.getState(), this.browser.callback()).orElseThrow();
		assertThat(callback.isFor(found, "alice")).isTrue();
		OAuth2AuthorizationRequest later = TestRequests.oidc();
		StartedLogin begun = this.logins.start(LoginPath.SHARED, later, this.browser.begin(), null, null).orElseThrow();
		this.browser.take(begun.cookies());
		LoginCallback next = this.logins.callback(later.getState(), this.browser.callback()).orElseThrow();
		assertThat(next.isFor((LoginCallback.Found) next.read(Optional.of(begun.value())), null)).isTrue();
	}

	@Test
	void logoutWithNothingPendingSetsNoCookie() {
		assertThat(this.logins.cookies().logout(this.browser.callback(), true)).isEmpty();
		LoginCallback callback = callback(this.logins, null);
		this.browser.take(callback.cookiesWhenTaken());
		assertThat(this.logins.cookies().logout(this.browser.callback(), true)).isEmpty();
	}

	@Test
	void markIsNoBindingCookieAndBoundedWhateverTheBrowserHolds() {
		StartedLogin begun = this.logins.start(LoginPath.SHARED, this.request, this.browser.begin(), null, null)
			.orElseThrow();
		this.browser.take(begun.cookies());
		Map.Entry<String, String> held = this.browser.cookies().entrySet().iterator().next();
		Map<String, String> many = new HashMap<>();
		for (int i = 0; i < 200; i++) {
			many.put(held.getKey() + i, held.getValue());
		}
		ResponseCookie mark = this.logins.cookies().logout(TestRequests.https("/logout", many), true).get(0);
		assertThat(mark.getValue()).hasSizeLessThan(256);
		assertThat(mark.isHttpOnly()).isTrue();
		assertThat(mark.isSecure()).isTrue();
		assertThat(mark.getName()).startsWith("__Host-").isNotEqualTo(held.getKey());
		assertThat(mark.toString()).doesNotContain(BindingCookie.parse(held.getValue()).orElseThrow().secret());
	}

	private LoginCallback callback(PendingLogins logins, @Nullable String user) {
		this.browser.take(
				logins.start(LoginPath.SHARED, this.request, this.browser.begin(), user, null).orElseThrow().cookies());
		return logins.callback(this.request.getState(), this.browser.callback()).orElseThrow();
	}

	private LoginCallback.Found found(PendingLogins logins, @Nullable String user) {
		StartedLogin begun = logins.start(LoginPath.SHARED, this.request, this.browser.begin(), user, null)
			.orElseThrow();
		this.browser.take(begun.cookies());
		return (LoginCallback.Found) logins.callback(this.request.getState(), this.browser.callback())
			.orElseThrow()
			.read(Optional.of(begun.value()));
	}

	/**
	 * Insists on its own bytes.
	 */
	@SuppressWarnings("ArrayRecordComponent")
	private record FixedCodec(byte[] written) implements AuthorizationRequestCodec {

		@Override
		public byte[] encode(OAuth2AuthorizationRequest request) {
			return this.written;
		}

		@Override
		public OAuth2AuthorizationRequest decode(byte[] bytes, String state) {
			assertThat(bytes).isEqualTo(this.written);
			return TestRequests.plain().state(state).build();
		}

	}

}
