package io.github.oauth2state.login;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;

import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;
import io.github.oauth2state.web.WebExchange;

/**
 * Tells whether browsers send the binding cookie of a login with its callback. If they do
 * not, the login stays in the session, whose cookie the app may have made to go further.
 * Thread-safe.
 */
final class CookieReach {

	private static final Log logger = LogFactory.getLog(CookieReach.class);

	private static final String SERVLET = "server.servlet.session.cookie.";

	private static final String REACTIVE = "server.reactive.session.cookie.";

	private final CookieSettings cookie;

	private final boolean servlet;

	private final @Nullable String sessionDomain;

	private final Set<String> warnings = ConcurrentHashMap.newKeySet();

	/**
	 * Creates an instance.
	 * @param cookie the settings of binding cookies
	 * @param environment has the settings of the session cookie
	 * @param servlet whether the app is a servlet app
	 */
	CookieReach(CookieSettings cookie, Environment environment, boolean servlet) {
		this.cookie = cookie;
		this.servlet = servlet;
		String domain = environment.getProperty((servlet ? SERVLET : REACTIVE) + "domain");
		this.sessionDomain = StringUtils.hasText(domain)
				? StringUtils.trimLeadingCharacter(domain, '.').toLowerCase(Locale.ROOT) : null;
	}

	/**
	 * Returns whether browsers send the session cookie with requests of other sites.
	 */
	static boolean isSessionCrossSite(Environment environment) {
		return Stream.of(SERVLET, REACTIVE)
			.anyMatch((prefix) -> "none".equalsIgnoreCase(environment.getProperty(prefix + "same-site")));
	}

	/**
	 * Returns whether browsers send the cookie, and warns once if they do not. In a
	 * reactive app, nothing but the library reads callbacks that are posted, so the
	 * session would not help.
	 * @param login the authorization request
	 * @param browser the request that starts the login
	 * @param host the host that it names
	 */
	boolean includesCallback(OAuth2AuthorizationRequest login, BrowserRequest browser, String host) {
		if (this.servlet && FormPostCallbacks.callbackPath(login) != null && !this.cookie.isSecure(browser)) {
			warn("Logins with response_mode=form_post start over plain http. They are kept in the session: browsers send "
					+ "binding cookies with a callback that is posted only by https. The app has to exempt the callback from CSRF "
					+ "protection itself. If a proxy ends TLS, set server.forward-headers-strategy instead.");
			return false;
		}
		if (this.cookie.domain() == null && isOnAnotherHostOfTheSession(login.getRedirectUri(), host)) {
			warn("Logins are called back on another host than they start on. They are kept in the session, whose cookie "
					+ "is for both hosts. If a proxy hides the host that the browser asks for, set "
					+ "server.forward-headers-strategy. Otherwise, to share these logins, set "
					+ "oauth2-state.login.cookie.domain=" + this.sessionDomain + " if you trust all hosts below it.");
			return false;
		}
		return true;
	}

	/**
	 * Returns whether a callback comes to another host or port than a request, and the
	 * session cookie is for both. Ignores the scheme, which an app behind a proxy may not
	 * see.
	 */
	boolean isCalledBackElsewhere(String redirectUri, WebExchange exchange) {
		UriComponents uri = UriComponentsBuilder.fromUriString(redirectUri).build();
		if (!exchange.scheme().equals(uri.getScheme())) {
			return false;
		}
		return exchange.host().equalsIgnoreCase(uri.getHost()) ? exchange.port() != MixUpDefense.port(uri)
				: isOnAnotherHostOfTheSession(redirectUri, exchange.host());
	}

	private boolean isOnAnotherHostOfTheSession(@Nullable String redirectUri, String host) {
		if (this.sessionDomain == null || redirectUri == null) {
			return false;
		}
		String callback = UriComponentsBuilder.fromUriString(redirectUri).build().getHost();
		return callback != null && !callback.equalsIgnoreCase(host) && isIn(this.sessionDomain, callback)
				&& isIn(this.sessionDomain, host);
	}

	private static boolean isIn(String domain, String host) {
		return ("." + host.toLowerCase(Locale.ROOT)).endsWith("." + domain);
	}

	private void warn(String warning) {
		if (this.warnings.add(warning)) {
			logger.warn(warning);
		}
	}

}
