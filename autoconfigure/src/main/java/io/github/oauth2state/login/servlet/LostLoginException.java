package io.github.oauth2state.login.servlet;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.login.LoginCallback;

/**
 * Thrown through Spring Security's filters by a repository whose pending login is gone,
 * for {@link CallbackFilter} to catch. It is on purpose no
 * {@code AuthenticationException}: failure handlers would create a session, and overwrite
 * that of the parallel request which is signing the user in.
 */
@SuppressWarnings("serial")
final class LostLoginException extends RuntimeException {

	private final CallbackKind kind;

	private final LoginOutcome outcome;

	private final transient LoginCallback callback;

	LostLoginException(CallbackKind kind, LoginOutcome outcome, LoginCallback callback) {
		super("The pending login of this callback is gone: " + outcome, null, false, false);
		this.kind = kind;
		this.outcome = outcome;
		this.callback = callback;
	}

	CallbackKind kind() {
		return this.kind;
	}

	LoginOutcome outcome() {
		return this.outcome;
	}

	LoginCallback callback() {
		return this.callback;
	}

}
