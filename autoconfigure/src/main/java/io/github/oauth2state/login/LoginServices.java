package io.github.oauth2state.login;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.convert.DurationStyle;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.rollout.Rollout;

/**
 * What all filter chains of an app share.
 *
 * @param logins starts logins and recognizes their callbacks
 * @param settings the settings of logins
 * @param rollout chooses between the path that is rolled out and the session
 * @param rolledOutPath the path that is rolled out
 * @param onStoreFailure where a login starts while the store does not answer
 * @param warnings warns of deployments that make logins fail
 * @param clients the filter chains that authorize clients
 */
public record LoginServices(PendingLogins logins, LoginSettings settings, Rollout rollout, LoginPath rolledOutPath,
		OnStoreFailure onStoreFailure, DeploymentWarnings warnings, ClientChains clients) {

	private static final Log logger = LogFactory.getLog(LoginServices.class);

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
