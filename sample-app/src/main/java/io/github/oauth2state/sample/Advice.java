package io.github.oauth2state.sample;

import org.jspecify.annotations.Nullable;

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
		return this == CANCELLED || this == NOT_THIS_BROWSER || this == NOT_CONFIRMED;
	}

}
