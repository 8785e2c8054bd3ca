package io.github.oauth2state.login;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.WebExchange;

/**
 * What all filter chains of an app share.
 *
 * @param logins starts logins and recognizes their callbacks
 * @param settings the settings of logins
 * @param rollout chooses between the path that is rolled out and the session
 * @param rolledOutPath the path that is rolled out
 * @param onStoreFailure where a login starts while the store does not answer
 * @param reach tells whether a binding cookie goes with the callback
 * @param warnings warns of deployments that make logins fail
 * @param clients the filter chains that authorize clients
 */
public record LoginServices(PendingLogins logins, LoginSettings settings, Rollout rollout, LoginPath rolledOutPath,
		OnStoreFailure onStoreFailure, CookieReach reach, DeploymentWarnings warnings, ClientChains clients) {

	private static final Log logger = LogFactory.getLog(LoginServices.class);

	/**
	 * Creates what all filter chains share.
	 * @param logins starts logins and recognizes their callbacks
	 * @param settings the settings of logins
	 * @param rollout chooses between the path that is rolled out and the session
	 * @param rolledOutPath the path that is rolled out
	 * @param onStoreFailure where a login starts while the store does not answer
	 * @param warnings warns of deployments that make logins fail
	 * @param environment has the settings of the session cookie
	 * @param servlet whether the app is a servlet app
	 */
	public LoginServices(PendingLogins logins, LoginSettings settings, Rollout rollout, LoginPath rolledOutPath,
			OnStoreFailure onStoreFailure, DeploymentWarnings warnings, Environment environment, boolean servlet) {
		this(logins, settings, rollout, rolledOutPath, onStoreFailure,
				new CookieReach(settings.cookie(), environment, servlet), warnings, new ClientChains());
	}

	/**
	 * Returns where a login starts.
	 */
	LoginPath path(boolean rolledOut, OAuth2AuthorizationRequest login, BrowserRequest browser, String host) {
		return (rolledOut && this.reach.includesCallback(login, browser, host)) ? this.rolledOutPath
				: LoginPath.SESSION;
	}

	/**
	 * Returns whether a callback comes to another host or port than a request, and the
	 * session cookie is for both.
	 * @param redirectUri the redirect URI, or {@code null} if the login has none
	 * @param exchange the request
	 * @return whether it does
	 */
	public boolean isCalledBackElsewhere(@Nullable String redirectUri, WebExchange exchange) {
		return redirectUri != null && this.reach.isCalledBackElsewhere(redirectUri, exchange);
	}

	/**
	 * Says at startup where pending logins are kept.
	 * @param store the store
	 * @param timeout how long a call of the store may take
	 */
	public void logStart(Object store, Duration timeout) {
		logger.info(
				"Pending logins are kept in %s: namespace '%s', time to live %s, timeout %s, rollout %s, binding cookie %s"
					.formatted(store, this.settings.namespace(),
							DurationStyle.SIMPLE.print(this.settings.ttl(), ChronoUnit.SECONDS),
							DurationStyle.SIMPLE.print(timeout, ChronoUnit.MILLIS), this.rollout.describe(),
							this.settings.cookie().describe()));
	}

}
