package io.github.oauth2state;

/**
 * How new tokens were obtained, or why they were not.
 */
public enum TokenRefreshOutcome {

	/**
	 * This request called the provider.
	 */
	REFRESHED,

	/**
	 * Another request of this instance was calling the provider, or had just called it,
	 * and this one received the same tokens.
	 */
	COALESCED,

	/**
	 * Another request, usually on another instance, called the provider, and this one
	 * received the same tokens through the store.
	 */
	SHARED,

	/**
	 * Newer tokens were already kept for the user.
	 */
	STORED,

	/**
	 * The store did not answer, so this request called the provider without asking other
	 * instances.
	 */
	UNCOORDINATED,

	/**
	 * The provider did not give new tokens before the old ones expired, so the old ones
	 * stay in use.
	 */
	KEPT,

	/**
	 * The provider refused the refresh token: the user has to log in again.
	 */
	REJECTED,

	/**
	 * The provider could not be reached, failed, or answered with something else.
	 */
	FAILED,

	/**
	 * Another request was calling the provider for longer than this one could wait.
	 */
	TIMED_OUT,

	/**
	 * The store did not answer, and calling the provider without it is not allowed.
	 */
	STORE_ERROR

}
