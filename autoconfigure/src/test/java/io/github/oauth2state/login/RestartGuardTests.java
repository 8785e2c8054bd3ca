package io.github.oauth2state.login;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.ResponseCookie;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RestartGuard}.
 */
class RestartGuardTests {

	private static final String NAME = "__Host-oauth2-state-retry-AAAAAA";

	private final RestartGuard guard = new RestartGuard(new LoginSettings("shop", Duration.ofMinutes(10), 8, true, true,
			new LoginProperties.Cookie("oauth2-state", null, LoginProperties.SameSite.LAX, null)), "AAAAAA");

	@Test
	void threeRestartsAreAllowedAndNoMore() {
		BrowserRequest browser = TestRequests.https("/callback");
		for (int i = 0; i < 3; i++) {
			assertThat(this.guard.allows(browser)).as("restart %d", i + 1).isTrue();
			ResponseCookie counted = this.guard.countOne(browser);
			browser = TestRequests.https("/callback", Map.of(counted.getName(), counted.getValue()));
		}
		assertThat(this.guard.allows(browser)).isFalse();
	}

	@Test
	void countIsForgottenAMinuteAfterTheLastRestart() {
		assertThat(this.guard.countOne(TestRequests.https("/callback")).getMaxAge()).isEqualTo(Duration.ofMinutes(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "3", "4", "9", "10", "-1", "-9", "+1", "", " ", "1 ", " 1", "00", "0x0", "1e0", "a",
			"\u0661", "\uff11", "1\u0000", "1\n", "99999999999999999999", "__proto__" })
	void hostileCountAllowsNoRestart(String value) {
		BrowserRequest browser = TestRequests.https("/callback", Map.of(NAME, value));
		assertThat(this.guard.allows(browser)).isFalse();
		assertThat(this.guard.countOne(browser).getValue()).matches("[0-9]{1,2}");
	}

	@Test
	void cookieIsOneForTheWholeAppAndHasTheAttributesOfABindingCookie() {
		ResponseCookie secure = this.guard.countOne(TestRequests.https("/callback"));
		assertThat(secure.getName()).isEqualTo(NAME);
		assertThat(secure.isSecure()).isTrue();
		ResponseCookie plain = this.guard.countOne(TestRequests.http("/callback"));
		assertThat(plain.getName()).isEqualTo("oauth2-state-retry-AAAAAA");
		assertThat(plain.isSecure()).isFalse();
		for (ResponseCookie cookie : new ResponseCookie[] { secure, plain }) {
			assertThat(cookie.isHttpOnly()).isTrue();
			assertThat(cookie.getSameSite()).isEqualTo("Lax");
			assertThat(cookie.getPath()).isEqualTo("/");
			assertThat(cookie.getDomain()).isNull();
		}
	}

	@Test
	void unprefixedTwinIsIgnoredOnASecureRequest() {
		BrowserRequest browser = TestRequests.https("/callback", Map.of("oauth2-state-retry-AAAAAA", "3"));
		assertThat(this.guard.allows(browser)).isTrue();
		assertThat(this.guard.isSet(browser)).isFalse();
	}

	@Test
	void countIsClearedByTheSameName() {
		BrowserRequest browser = TestRequests.https("/callback", Map.of(NAME, "3"));
		assertThat(this.guard.isSet(browser)).isTrue();
		ResponseCookie cleared = this.guard.clear(browser);
		assertThat(cleared.getName()).isEqualTo(NAME);
		assertThat(cleared.getValue()).isEmpty();
		assertThat(cleared.getMaxAge()).isZero();
		assertThat(cleared.isSecure()).isTrue();
		assertThat(this.guard.isSet(TestRequests.https("/callback"))).isFalse();
	}

}
