package io.github.oauth2state.sample;

import java.io.Serializable;

import org.jspecify.annotations.Nullable;

/**
 * Which instances had a part in a login. Kept in the session, where every instance and a
 * restarted one can read it.
 *
 * @param begunOn the instance that sent the user to the provider
 * @param finishedOn the instance that handled the callback
 * @param path where the pending login was kept in between
 */
record LoginTrace(@Nullable String begunOn, String finishedOn, String path) implements Serializable {

	/**
	 * Name of the session attribute, and of the authorization request's attribute.
	 */
	static final String ATTRIBUTE = "login-trace";

}
