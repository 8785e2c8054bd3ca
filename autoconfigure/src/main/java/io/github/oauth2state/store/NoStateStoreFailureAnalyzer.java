package io.github.oauth2state.store;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

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

	private static final List<StoreType> KINDS = List.of(StoreType.REDIS, StoreType.JDBC);

	private static final Map<StoreType, String> QUALIFIERS = Map.of(StoreType.REDIS,
			"@OAuth2StateRedisConnectionFactory", StoreType.JDBC, "@OAuth2StateDataSource");

	private static final String ADD_REDIS = "add spring-boot-starter-data-redis and set spring.data.redis.url";

	private static final String ADD_JDBC = "add spring-boot-starter-jdbc and a driver, and set spring.datasource.url";

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoStateStoreException cause) {
		StoreType configured = cause.getConfigured();
		if (configured != null) {
			return configuredWithoutConnection(configured, cause);
		}
		return cause.getConnections().isEmpty() ? none(cause) : several(cause);
	}

	private static FailureAnalysis configuredWithoutConnection(StoreType configured, NoStateStoreException cause) {
		List<String> beans = cause.getBeans(configured);
		return new FailureAnalysis(
				"The property oauth2-state.store is '%s', but %s".formatted(lower(configured),
						beans.isEmpty() ? "the app has no %s bean.".formatted(bean(configured))
								: notInjectable(configured, beans)),
				"One of these:\n\n" + annotate(cause, configured)
						+ "- %s\n%s".formatted((configured == StoreType.REDIS) ? ADD_REDIS : ADD_JDBC, OTHER_WAYS),
				cause);
	}

	private static FailureAnalysis none(NoStateStoreException cause) {
		String unset = "OAuth2 State has nowhere to keep pending logins: the property oauth2-state.store is not set, and ";
		String beans = KINDS.stream()
			.filter((type) -> !cause.getBeans(type).isEmpty())
			.map((type) -> notInjectable(type, cause.getBeans(type)))
			.collect(Collectors.joining(" Also, "));
		return new FailureAnalysis(unset
				+ (beans.isEmpty() ? "the app has neither a RedisConnectionFactory nor a DataSource bean." : beans),
				"One of these:\n\n" + annotate(cause, StoreType.REDIS) + annotate(cause, StoreType.JDBC)
						+ "- for Redis, %s\n- for a database, %s\n%s".formatted(ADD_REDIS, ADD_JDBC, OTHER_WAYS),
				cause);
	}

	private static String notInjectable(StoreType type, List<String> beans) {
		return "the %s beans of the app cannot be injected without a qualifier: %s.".formatted(bean(type),
				StoreConnections.quoted(beans));
	}

	private static String annotate(NoStateStoreException cause, StoreType type) {
		return cause.getBeans(type).isEmpty() ? ""
				: "- annotate the %s bean to use with %s\n".formatted(bean(type), QUALIFIERS.get(type));
	}

	private static FailureAnalysis several(NoStateStoreException cause) {
		return new FailureAnalysis(
				"OAuth2 State cannot tell where to keep pending logins: the property oauth2-state.store is not set, and "
						+ "the app has both a RedisConnectionFactory and a DataSource bean.",
				"One of these:\n\n- set oauth2-state.store=redis\n- set oauth2-state.store=jdbc\n" + OTHER_WAYS, cause);
	}

	private static String bean(StoreType type) {
		return (type == StoreType.REDIS) ? "RedisConnectionFactory" : "DataSource";
	}

	private static String lower(StoreType type) {
		return type.name().toLowerCase(Locale.ROOT);
	}

}
