package io.github.oauth2state.store;

import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.github.oauth2state.config.StoreType;

/**
 * Lists the ways out of a {@link NoStateStoreException}.
 */
class NoStateStoreFailureAnalyzer extends AbstractFailureAnalyzer<NoStateStoreException> {

	private static final String OTHER_WAYS = """
			- or set oauth2-state.store=cookie and oauth2-state.cookie.keys, to need neither
			- or set oauth2-state.store=memory, if the app runs as one instance only
			- or declare a bean of type io.github.oauth2state.StateStore
			- or set oauth2-state.enabled=false, to run without OAuth2 State""";

	private static final String ADD_REDIS = "add spring-boot-starter-data-redis and set spring.data.redis.url";

	private static final String ADD_JDBC = "add spring-boot-starter-jdbc and a driver, and set spring.datasource.url";

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoStateStoreException cause) {
		StoreType configured = cause.getConfigured();
		if (configured != null) {
			return new FailureAnalysis(configuredWithoutConnection(configured), waysOut(configured), cause);
		}
		return cause.getConnections().isEmpty() ? none(cause) : several(cause);
	}

	private static String configuredWithoutConnection(StoreType configured) {
		return "The property oauth2-state.store is '%s', but the app has no %s bean.".formatted(lower(configured),
				(configured == StoreType.REDIS) ? "RedisConnectionFactory" : "DataSource");
	}

	private static String waysOut(StoreType configured) {
		return "One of these:\n\n- %s\n%s".formatted((configured == StoreType.REDIS) ? ADD_REDIS : ADD_JDBC,
				OTHER_WAYS);
	}

	private static FailureAnalysis none(NoStateStoreException cause) {
		return new FailureAnalysis(
				"OAuth2 State has nowhere to keep pending logins: the property oauth2-state.store is not set, and the "
						+ "app has neither a RedisConnectionFactory nor a DataSource bean.",
				"One of these:\n\n- for Redis, %s\n- for a database, %s\n%s".formatted(ADD_REDIS, ADD_JDBC, OTHER_WAYS),
				cause);
	}

	private static FailureAnalysis several(NoStateStoreException cause) {
		return new FailureAnalysis(
				"OAuth2 State cannot tell where to keep pending logins: the property oauth2-state.store is not set, and "
						+ "the app has both a RedisConnectionFactory and a DataSource bean.",
				"One of these:\n\n- set oauth2-state.store=redis\n- set oauth2-state.store=jdbc\n" + OTHER_WAYS, cause);
	}

	private static String lower(StoreType type) {
		return type.name().toLowerCase(Locale.ROOT);
	}

}
