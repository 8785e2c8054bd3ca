package io.github.oauth2state.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

/**
 * What the error page says of what happened, and of what to do. Its methods are public as
 * templates can call no others.
 */
enum Advice {

	/**
	 * The provider says that the user, or it, does not want to.
	 */
	CANCELLED("You are not logged in", "The login was cancelled at the provider, or refused there.",
			"If that was not what you wanted, log in again."),

	/**
	 * No pending login for the callback, and it would not help to begin anew by itself.
	 */
	NOT_THIS_BROWSER("This login cannot be finished here",
			"It was begun in another browser, or this browser has lost its cookie, or the place where logins are "
					+ "kept does not answer.",
			"Log in again from the start, and stay in this browser until you are back. If it happens again, allow "
					+ "cookies for this site, or wait a minute."),

	/**
	 * The same without the starter and without shared sessions.
	 */
	NOT_THIS_INSTANCE("This instance does not know your login",
			"Without the starter, and without shared sessions, a pending login is in the memory of the instance that "
					+ "began it. You came back to another instance.",
			"Log in again. It works if you happen to come back to the instance that sent you to the provider."),

	/**
	 * The same without the starter and with shared sessions.
	 */
	NOT_IN_SESSION("Your session does not hold this login",
			"Without the starter, a session holds one pending login. Another login, in a second tab for example, took "
					+ "its place, or this login was finished already.",
			"Log in again, in one tab only."),

	/**
	 * The provider's answers were not as they should be.
	 */
	NOT_CONFIRMED("The provider did not confirm your login",
			"You came back from it, but it could not be asked who " + "you are, or what it said could not be accepted.",
			"Log in again in a minute."),

	/**
	 * A form whose page is from before the session.
	 */
	FORBIDDEN("This cannot be done", "You may not do it, or the page it was on has become too old.",
			"Go to the start page and try it from there."),

	/**
	 * A wrong address.
	 */
	NO_PAGE("There is no such page", "The address is wrong, or the page is gone.", "Go to the start page."),

	/**
	 * Everything else.
	 */
	BROKEN("Something went wrong", "It is not your fault.", "Try again in a minute.");

	/**
	 * Name of the request attribute that chooses one.
	 */
	static final String ATTRIBUTE = Advice.class.getName();

	/**
	 * Spring Security's code for a callback without a pending login.
	 */
	static final String NOT_FOUND = "authorization_request_not_found";

	private final String title;

	private final String reason;

	private final String action;

	Advice(String title, String reason, String action) {
		this.title = title;
		this.reason = reason;
		this.action = action;
	}

	/**
	 * Finds what fits.
	 * @param chosen what the request's attribute says
	 * @param status the status of the answer
	 * @return the advice
	 */
	static Advice of(@Nullable Object chosen, @Nullable Object status) {
		if (chosen instanceof Advice advice) {
			return advice;
		}
		return switch ((status instanceof Integer code) ? code : 0) {
			case 403 -> FORBIDDEN;
			case 404 -> NO_PAGE;
			default -> BROKEN;
		};
	}

	/**
	 * Chooses what to say where there is no pending login for a callback.
	 * @param withStarter whether the starter is enabled
	 * @param sessionsAreShared whether all instances have the same sessions
	 * @return the advice
	 */
	static Advice notFound(boolean withStarter, boolean sessionsAreShared) {
		if (withStarter) {
			return NOT_THIS_BROWSER;
		}
		return sessionsAreShared ? NOT_IN_SESSION : NOT_THIS_INSTANCE;
	}

	/**
	 * Chooses what to say of a login that failed, by the code of the error. Nothing else
	 * of the error is shown: it comes from the URL.
	 * @param code the code
	 * @param notFound what to say where there is no pending login for a callback
	 * @return the advice
	 */
	static Advice ofLogin(String code, Advice notFound) {
		return switch (code) {
			case OAuth2ErrorCodes.ACCESS_DENIED -> CANCELLED;
			case NOT_FOUND -> notFound;
			default -> NOT_CONFIRMED;
		};
	}

	public String title() {
		return this.title;
	}

	public String reason() {
		return this.reason;
	}

	public String action() {
		return this.action;
	}

	/**
	 * Tells whether the user wanted to log in.
	 */
	public boolean isAboutLogin() {
		return this == CANCELLED || this == NOT_CONFIRMED || error() != null;
	}

	/**
	 * Returns the code by which Spring Security's documentation and logs name it, if the
	 * page shall show it.
	 */
	public @Nullable String error() {
		return switch (this) {
			case NOT_THIS_BROWSER, NOT_THIS_INSTANCE, NOT_IN_SESSION -> NOT_FOUND;
			default -> null;
		};
	}

}
