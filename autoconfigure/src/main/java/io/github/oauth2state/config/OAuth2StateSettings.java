package io.github.oauth2state.config;

import java.time.Duration;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings that concern every capability, after defaults and checks.
 *
 * @param namespace name that keeps this app's records and cookies apart from those of
 * other apps
 * @param timeout how long a call of the store may take
 * @param store the store that is configured, or {@code null} if none is
 * @param onStoreFailure where a login is kept that begins while the store does not answer
 */
public record OAuth2StateSettings(String namespace, Duration timeout, @Nullable StoreType store,
		OnStoreFailure onStoreFailure) {

	private static final String NAMESPACE_WITHOUT_NAME = "application";

	private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

	static OAuth2StateSettings of(OAuth2StateProperties properties, String applicationName) {
		return new OAuth2StateSettings(namespace(properties, applicationName), properties.checkedTimeout(),
				properties.store(), properties.onStoreFailure());
	}

	private static String namespace(OAuth2StateProperties properties, String applicationName) {
		String configured = properties.checkedNamespace();
		return (configured != null) ? configured : nameToNamespace(applicationName);
	}

	/**
	 * Application names are free text: a character that a namespace cannot have becomes
	 * '-'.
	 */
	private static String nameToNamespace(String applicationName) {
		if (applicationName.isBlank()) {
			return NAMESPACE_WITHOUT_NAME;
		}
		String namespace = applicationName.replaceAll("[^A-Za-z0-9._-]", "-");
		return (namespace.length() <= 64) ? namespace : namespace.substring(0, 64);
	}

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
		 * The memory of a Hazelcast cluster, through the app's {@code HazelcastInstance}.
		 */
		HAZELCAST,

		/**
		 * The memory of this JVM: for tests, demos and apps with one instance.
		 */
		MEMORY,

		/**
		 * No store: a pending login is sealed in a cookie of its browser, under the keys
		 * in {@code oauth2-state.cookie.keys}.
		 */
		COOKIE

	}

	/**
	 * What happens to a login that begins while the store does not answer.
	 */
	public enum OnStoreFailure {

		/**
		 * It is kept in the HTTP session, as Spring Security does by itself. That helps
		 * where sessions do not live in the store that failed, and all instances share
		 * them or the proxy sends a browser to the same one each time.
		 */
		SESSION,

		/**
		 * It is sealed in a cookie of the browser, under the keys in
		 * {@code oauth2-state.cookie.keys}. That helps everywhere.
		 */
		COOKIE,

		/**
		 * It is refused, with status 503 and a page to try again from.
		 */
		FAIL

	}

	/**
	 * Properties that concern every capability.
	 *
	 * @param enabled whether OAuth2 State is active; if not, the app behaves as without
	 * it
	 * @param store where records are kept that instances share; unless set, the one whose
	 * connection the app has
	 * @param namespace name that keeps apart the records and cookies of apps that share a
	 * store or a host, and that all instances of an app agree on: letters, digits, '.',
	 * '_' and '-', at most 64; the application name unless set
	 * @param timeout how long a call of the store may take, from 10ms to 60s
	 * @param onStoreFailure where a login is kept that begins while the store does not
	 * answer
	 */
	@ConfigurationProperties("oauth2-state")
	record OAuth2StateProperties(@DefaultValue("true") boolean enabled, @Nullable StoreType store,
			@Nullable String namespace, @DefaultValue("2s") Duration timeout,
			@DefaultValue("session") OnStoreFailure onStoreFailure) {

		@Nullable String checkedNamespace() {
			return (this.namespace == null) ? null : PropertyCheck.of("oauth2-state.namespace", this.namespace)
				.must(NAMESPACE.asMatchPredicate(), "Use 1 to 64 letters, digits, '.', '_' or '-'.");
		}

		Duration checkedTimeout() {
			return PropertyCheck.of("oauth2-state.timeout", this.timeout)
				.between(Duration.ofMillis(10), Duration.ofSeconds(60), "Use 10ms to 60s, for example 2s.");
		}

	}

}
