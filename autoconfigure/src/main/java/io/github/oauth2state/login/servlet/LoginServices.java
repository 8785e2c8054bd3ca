package io.github.oauth2state.login.servlet;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.login.LoginSettings;
import io.github.oauth2state.login.PendingLogins;

/**
 * What the parts of a filter chain need from the application context.
 *
 * @param store where pending logins are kept
 * @param logins begins logins and recognizes their callbacks
 * @param settings the settings of logins
 * @param paths decides where a login is kept
 * @param plainHttpWarning says once that logins begin over plain http
 */
record LoginServices(StateStore store, PendingLogins logins, LoginSettings settings,
		LoginPaths paths, PlainHttpWarning plainHttpWarning) {
}
