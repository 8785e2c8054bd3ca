package io.github.oauth2state.login;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CountingCookie}.
 */
class CountingCookieTests {

	private static final String NAME = "__Host-oauth2-state-retry-AAAAAA";

	private final CountingCookie counter = new CountingCookie(new LoginSettings("shop", Duration.ofMinutes(10), 8, true,
			true, LoginSettings.Sessions.AUTO, true, new CookieSettings("oauth2-state", null, false, null, true)),
			"retry-AAAAAA");

	@Test
	void threeRestartsAreAllowedAndNoMore() {
		BrowserRequest browser = TestRequests.https("/callback");
		for (int i = 0; i < 3; i++) {
			assertThat(this.counter.isExhausted(browser)).as("restart %d", i + 1).isFalse();
			ResponseCookie counted = this.counter.countOne(browser);
			browser = TestRequests.https("/callback", Map.of(counted.getName(), counted.getValue()));
		}
		assertThat(this.counter.isExhausted(browser)).isTrue();
	}

	@Test
	void countIsForgottenAMinuteAfterTheLastRestart() {
		assertThat(this.counter.countOne(TestRequests.https("/callback")).getMaxAge()).isEqualTo(Duration.ofMinutes(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "3", "4", "9", "10", "-1", "-9", "+1", "", " ", "1 ", " 1", "00", "0x0", "1e0", "a",
			"\u0661", "\uff11", "1\u0000", "1\n", "99999999999999999999", "__proto__" })
	void hostileCountAllowsNoRestart(String value) {
		BrowserRequest browser = TestRequests.https("/callback", Map.of(NAME, value));
		assertThat(this.counter.isExhausted(browser)).isTrue();
		assertThat(this.counter.countOne(browser).getValue()).matches("[0-9]{1,2}");
	}

	@Test
	void cookieIsOneForTheWholeAppAndHasTheAttributesOfABindingCookie() {
		ResponseCookie secure = this.counter.countOne(TestRequests.https("/callback"));
		assertThat(secure.getName()).isEqualTo(NAME);
		assertThat(secure.isSecure()).isTrue();
		ResponseCookie plain = this.counter.countOne(TestRequests.http("/callback"));
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
		assertThat(this.counter.isExhausted(browser)).isFalse();
		assertThat(this.counter.clear(browser)).isEmpty();
	}

	@Test
	void countOfASecureRequestGoesOnThoughTheNextSeemsToBePlain() {
		BrowserRequest browser = new BrowserRequest(false, "/callback", false, Map.of(NAME, "2"));
		ResponseCookie counted = this.counter.countOne(browser);
		assertThat(counted.getName()).isEqualTo(NAME);
		assertThat(counted.getValue()).isEqualTo("3");
		assertThat(counted.isSecure()).isTrue();
		assertThat(this.counter.clear(browser)).extracting(ResponseCookie::getName).containsExactly(NAME);
	}

	@Test
	void countIsClearedByTheSameName() {
		BrowserRequest browser = TestRequests.https("/callback", Map.of(NAME, "3"));
		assertThat(this.counter.clear(browser)).hasSize(1);
		ResponseCookie cleared = this.counter.clear(browser).get(0);
		assertThat(cleared.getName()).isEqualTo(NAME);
		assertThat(cleared.getValue()).isEmpty();
		assertThat(cleared.getMaxAge()).isZero();
		assertThat(cleared.isSecure()).isTrue();
		assertThat(this.counter.clear(TestRequests.https("/callback"))).isEmpty();
	}

}
