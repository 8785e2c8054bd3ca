package io.github.oauth2state.login.servlet;

/**
 * Thrown through Spring Security's filters by a repository that is to begin or to call
 * back a login ahead of the user, before it has touched anything. It is on purpose no
 * {@code AuthenticationException}, as {@link LostLoginException} is none.
 */
@SuppressWarnings("serial")
final class PrefetchException extends RuntimeException {

	PrefetchException() {
		super("A login is neither begun nor called back ahead of the user", null, false, false);
	}

}
