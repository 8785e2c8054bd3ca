package io.github.oauth2state.tokens;

/**
 * Where the tokens of users are kept.
 */
public enum TokenStoreType {

	/**
	 * Redis, sealed.
	 */
	REDIS,

	/**
	 * The library's own table in a database, sealed.
	 */
	JDBC,

	/**
	 * Spring Security's own table {@code oauth2_authorized_client}, as it is: not sealed.
	 */
	JDBC_PLAIN,

	/**
	 * Where Spring Boot or the app keeps them: unless the app declares something, the
	 * memory of each instance.
	 */
	NONE

}
