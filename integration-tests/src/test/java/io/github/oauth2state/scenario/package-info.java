/**
 * Logins through real HTTP, against a real authorization server, on several instances of
 * an app.
 */
package io.github.oauth2state.scenario;
