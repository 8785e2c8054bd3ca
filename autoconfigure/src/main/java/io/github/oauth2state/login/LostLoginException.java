package io.github.oauth2state.login;

import java.util.List;
import java.util.Objects;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.web.util.UriComponentsBuilder;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.WebExchange;

/**
 * Thrown through Spring Security's filters by a repository whose pending login is gone,
 * for a filter of the library to catch. It is on purpose not an
 * {@code AuthenticationException}: failure handlers would create a session, and overwrite
 * the session of the parallel request that signs the user in.
 */
@SuppressWarnings("serial")
public final class LostLoginException extends RuntimeException {

	private static final List<String> CALLBACK_PARAMETERS = List.of(OAuth2ParameterNames.CODE,
			OAuth2ParameterNames.STATE, OAuth2ParameterNames.ERROR, OAuth2ParameterNames.ERROR_DESCRIPTION,
			OAuth2ParameterNames.ERROR_URI, "iss", "session_state");

	/**
	 * The filter that handles the callback.
	 */
	private final LoginNote.Kind kind;

	/**
	 * Why the login is gone.
	 */
	private final LoginOutcome outcome;

	private final transient LoginCallback callback;

	/**
	 * Creates an exception.
	 * @param kind the filter that handles the callback
	 * @param outcome why the login is gone
	 * @param callback the callback
	 */
	public LostLoginException(LoginNote.Kind kind, LoginOutcome outcome, LoginCallback callback) {
		super("The pending login of this callback is gone: " + outcome, null, false, false);
		this.kind = kind;
		this.outcome = outcome;
		this.callback = callback;
	}

	/**
	 * Returns the filter that handles the callback.
	 * @return the kind of the filter
	 */
	public LoginNote.Kind kind() {
		return this.kind;
	}

	/**
	 * Returns why the login is gone.
	 * @return the outcome
	 */
	public LoginOutcome outcome() {
		return this.outcome;
	}

	/**
	 * Returns the callback.
	 * @return the callback
	 */
	public LoginCallback callback() {
		return this.callback;
	}

	/**
	 * Returns whether the login may start anew for a user who is not signed in. If the
	 * callback of a client comes twice, the first one authorizes the client. An
	 * authorization that began before a logout does not start anew, as the next user did
	 * not ask for it.
	 * @param exchange the callback
	 * @return whether it may
	 */
	public boolean canStartAnew(WebExchange exchange) {
		boolean gone = this.outcome == LoginOutcome.EXPIRED || this.outcome == LoginOutcome.UNREADABLE;
		return this.kind == LoginNote.Kind.LOGIN
				|| (gone && !exchange.hasError() && !this.callback.isOlderThanLogout());
	}

	/**
	 * Returns the path of a callback without what the provider added.
	 * @param exchange the callback
	 * @return a path in this app, with its context path
	 */
	public static String pathWithoutParameters(WebExchange exchange) {
		UriComponentsBuilder uri = UriComponentsBuilder.fromPath(exchange.path())
			.query(Objects.requireNonNullElse(exchange.query(), ""));
		CALLBACK_PARAMETERS.forEach(uri::replaceQueryParam);
		String path = uri.build().toUriString();
		return BrowserRequest.isLocalPath(path) ? path : "/";
	}

}
