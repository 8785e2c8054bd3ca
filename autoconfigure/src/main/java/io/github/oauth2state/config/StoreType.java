package io.github.oauth2state.config;

/**
 * The stores that come with the library.
 */
public enum StoreType {

	/**
	 * Redis 6.2 or newer, through the app's {@code spring.data.redis} settings.
	 */
	REDIS,

	/**
	 * A table in the database of the app's data source.
	 */
	JDBC,

	/**
	 * The memory of this JVM: for tests, demos and apps with one instance.
	 */
	MEMORY,

	/**
	 * No store: a pending login is sealed in a cookie of its browser, under the keys in
	 * {@code oauth2-state.cookie.keys}.
	 */
	COOKIE

}
