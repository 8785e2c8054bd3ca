package io.github.oauth2state.login;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

/**
 * A {@link BindingCookieJar}, and cookies of pending logins.
 */
abstract class BindingCookieFixture {

	static final StateKey KEY = StateKey.of("shop", "login");

	static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

	static final Duration TTL = Duration.ofMinutes(10);

	static final BrowserRequest HTTPS = TestRequests.https("/begin");

	static final BrowserRequest HTTP = TestRequests.http("/begin");

	final BindingCookieJar cookies = cookies("shop", null);

	static Map<String, String> sentBack(ResponseCookie cookie) {
		Map<String, String> sent = new LinkedHashMap<>();
		sent.put(cookie.getName(), cookie.getValue());
		return sent;
	}

	static BindingCookie pending(Instant issued) {
		return new BindingCookie(true, secret(), issued, "keycloak", "/begin", null, null, null);
	}

	static String secret() {
		return "S".repeat(43);
	}

	static BindingCookieJar cookies(String namespace, @Nullable Boolean secure) {
		return new BindingCookieJar(new LoginSettings(namespace, TTL, 8, true, true, LoginSettings.Sessions.AUTO, true,
				new CookieSettings("oauth2-state", secure, false, null, true)));
	}

}
