package io.github.oauth2state;

/**
 * What to do with tokens that are still valid.
 */
public enum TokenRefreshAdvice {

	/**
	 * Leave it to Spring Security, which refreshes them a minute before they expire
	 * unless the app configured something else.
	 */
	LEAVE,

	/**
	 * Refresh them, and use them on if that fails.
	 */
	REFRESH,

	/**
	 * Use them on, even if Spring Security would refresh them by now.
	 */
	USE

}
