package io.github.oauth2state.sample;

import org.jspecify.annotations.Nullable;

/**
 * Who is signed in, and what became of the login.
 *
 * @param user the name of the user
 * @param instance which instance answered
 * @param begunOn which one began the login
 * @param finishedOn which one finished it
 * @param path where it was kept in between
 */
record Me(String user, String instance, @Nullable String begunOn, String finishedOn, String path) {

	Me(String user, String instance, LoginTrace login) {
		this(user, instance, login.begunOn(), login.finishedOn(), login.path());
	}

}
