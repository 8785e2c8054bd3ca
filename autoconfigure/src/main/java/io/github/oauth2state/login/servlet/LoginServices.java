package io.github.oauth2state.login.servlet;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.login.LoginSettings;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.rollout.Rollout;

/**
 * What all filter chains of an app share.
 *
 * @param store stores and finds the records of pending logins
 * @param logins starts logins and recognizes their callbacks
 * @param settings the settings of logins
 * @param rollout chooses between the path that is rolled out and the session
 * @param rolledOutPath the path that is rolled out
 * @param onStoreFailure where a login starts while the store does not answer
 * @param warnings warns of deployments that make logins fail
 */
record LoginServices(GuardedStateStore store, PendingLogins logins, LoginSettings settings, Rollout rollout,
		LoginPath rolledOutPath, OnStoreFailure onStoreFailure, DeploymentWarnings warnings) {
}
