package io.github.oauth2state.refresh;

/**
 * The strategies that come with the library.
 */
public enum RefreshStrategyType {

	/**
	 * Instances agree by the store on one that calls the provider, and the others receive
	 * the same tokens.
	 */
	SINGLE_FLIGHT,

	/**
	 * Each instance refreshes by itself and ahead of time, once for all its requests.
	 */
	EARLY,

	/**
	 * Spring Security is left as it is.
	 */
	NONE

}
