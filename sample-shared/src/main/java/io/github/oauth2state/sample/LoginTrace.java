package io.github.oauth2state.sample;

import java.io.Serializable;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Which instances had a part in a login, and when. Kept in the session, where every
 * instance and a restarted one can read it.
 *
 * @param begunOn the instance that sent the user to the provider
 * @param begunAt when it did
 * @param path where the pending login was kept in between
 * @param store what kind of store the app has
 * @param provider where the user logged in
 * @param returnedAt when the user came back
 * @param finishedOn the instance that handled the callback
 * @param finishedAt when the provider had confirmed the login to it
 */
record LoginTrace(@Nullable String begunOn, @Nullable Instant begunAt, String path, @Nullable String store,
		String provider, @Nullable Instant returnedAt, String finishedOn, Instant finishedAt) implements Serializable {

	/**
	 * Name of the session attribute, and of the authorization request's attribute.
	 */
	static final String ATTRIBUTE = "login-trace";

}
