package io.github.oauth2state.login;

import java.time.Duration;
import java.time.Instant;

import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.web.CookieSettings;

/**
 * Pending logins of one browser, at a time that tests choose.
 */
abstract class PendingLoginsFixture {

	static final Duration TTL = Duration.ofMinutes(10);

	static final Instant BEGUN = Instant.parse("2026-05-01T12:00:00.123Z");

	final MutableClock clock = new MutableClock(BEGUN);

	final PendingLogins logins = logins("shop");

	final OAuth2AuthorizationRequest request = TestRequests.oidc();

	final LoginBrowser browser = new LoginBrowser();

	StartedLogin begin(OAuth2AuthorizationRequest begun) {
		StartedLogin login = this.logins.start(LoginPath.SHARED, begun, this.browser.begin(), null, null).orElseThrow();
		this.browser.take(login.cookies());
		return login;
	}

	LoginCallback callback(String state) {
		return this.logins.callback(state, this.browser.callback()).orElseThrow();
	}

	PendingLogins logins(String namespace) {
		return new PendingLogins(settings(namespace), new CborAuthorizationRequestCodec(), null, TestRequests.NO_EVENTS,
				this.clock);
	}

	PendingLogins logins(AuthorizationRequestCodec codec) {
		return new PendingLogins(settings("shop"), codec, null, TestRequests.NO_EVENTS, this.clock);
	}

	static LoginSettings settings(String namespace) {
		return new LoginSettings(namespace, TTL, 8, true, true, LoginSettings.Sessions.AUTO, true,
				new CookieSettings("oauth2-state", null, false, null, true));
	}

}
