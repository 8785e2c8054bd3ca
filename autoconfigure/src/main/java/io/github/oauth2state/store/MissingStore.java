package io.github.oauth2state.store;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.StartupFailureException;

/**
 * Explains why no store could be chosen, and lists the ways out.
 */
final class MissingStore {

	private static final String OTHER_WAYS = """
			- or set oauth2-state.store=cookie and oauth2-state.cookie.keys, to need no server
			- or set oauth2-state.store=memory, if the app runs as one instance only
			- or declare a bean of type io.github.oauth2state.StateStore or ReactiveStateStore
			- or set oauth2-state.enabled=false, to run without OAuth2 State""";

	private static final String HAZELCAST = "- or set oauth2-state.store=hazelcast, to use the Hazelcast cluster of the app\n";

	private static final List<StoreType> KINDS = List.of(StoreType.REDIS, StoreType.JDBC);

	private static final Map<StoreType, String> REMEDIES = Map.of(StoreType.REDIS,
			"annotate the %s bean to use with @OAuth2StateRedisConnectionFactory", StoreType.JDBC,
			"annotate the %s bean to use with @OAuth2StateDataSource", StoreType.HAZELCAST,
			"make the %s bean to use an autowire candidate without a qualifier");

	private static final String ADD_REDIS = "add spring-boot-starter-data-redis and set spring.data.redis.url";

	private static final String ADD_JDBC = "add spring-boot-starter-jdbc and a driver, and set spring.datasource.url";

	private static final String ADD_HAZELCAST = "add spring-boot-starter-hazelcast and javax.cache:cache-api, and "
			+ "configure a cluster in hazelcast.yaml";

	private static final String JCACHE = "javax.cache.Cache";

	private MissingStore() {
	}

	/**
	 * Explains why there is no store.
	 * @param configured the store that is configured, or {@code null} if none is
	 * @param connections the stores that the app has a connection for
	 * @param beans the connections, including those that cannot be injected
	 * @return the exception to throw
	 */
	static StartupFailureException failure(@Nullable StoreType configured, Set<StoreType> connections,
			Map<StoreType, List<String>> beans) {
		if (configured != null) {
			return configuredWithoutConnection(configured, beans);
		}
		return connections.isEmpty() ? noConnection(beans) : severalConnections(beans);
	}

	private static StartupFailureException configuredWithoutConnection(StoreType configured,
			Map<StoreType, List<String>> beans) {
		return new StartupFailureException(
				"The property oauth2-state.store is '%s', but %s".formatted(configured.name().toLowerCase(Locale.ROOT),
						missing(configured, beans)),
				"One of these:\n\n" + annotate(configured, beans) + "- %s\n%s".formatted(add(configured), OTHER_WAYS));
	}

	private static String add(StoreType configured) {
		return switch (configured) {
			case REDIS -> ADD_REDIS;
			case HAZELCAST -> ADD_HAZELCAST;
			default -> ADD_JDBC;
		};
	}

	private static String missing(StoreType configured, Map<StoreType, List<String>> beans) {
		if (names(configured, beans).isEmpty()) {
			return "the app has no %s bean.".formatted(bean(configured));
		}
		return (configured == StoreType.HAZELCAST && !ClassUtils.isPresent(JCACHE, null))
				? "the app has no class " + JCACHE + "." : notInjectable(configured, beans);
	}

	private static StartupFailureException noConnection(Map<StoreType, List<String>> beans) {
		String unset = "OAuth2 State has nowhere to keep pending logins: the property oauth2-state.store is not set, and ";
		String present = KINDS.stream()
			.filter((type) -> !names(type, beans).isEmpty())
			.map((type) -> notInjectable(type, beans))
			.collect(Collectors.joining(" Also, "));
		return new StartupFailureException(unset
				+ (present.isEmpty() ? "the app has neither a RedisConnectionFactory nor a DataSource bean." : present),
				"One of these:\n\n" + annotate(StoreType.REDIS, beans) + annotate(StoreType.JDBC, beans)
						+ "- for Redis, %s\n- for a database, %s\n%s".formatted(ADD_REDIS, ADD_JDBC, otherWays(beans)));
	}

	private static StartupFailureException severalConnections(Map<StoreType, List<String>> beans) {
		return new StartupFailureException(
				"OAuth2 State cannot tell where to keep pending logins: the property oauth2-state.store is not set, and "
						+ "the app has both a RedisConnectionFactory and a DataSource bean.",
				"One of these:\n\n- set oauth2-state.store=redis\n- set oauth2-state.store=jdbc\n" + otherWays(beans));
	}

	private static String otherWays(Map<StoreType, List<String>> beans) {
		return (names(StoreType.HAZELCAST, beans).isEmpty() ? "" : HAZELCAST) + OTHER_WAYS;
	}

	private static String notInjectable(StoreType type, Map<StoreType, List<String>> beans) {
		return "the %s beans of the app cannot be injected without a qualifier: %s.".formatted(bean(type),
				AvailableConnections.quoted(names(type, beans)));
	}

	private static String annotate(StoreType type, Map<StoreType, List<String>> beans) {
		return names(type, beans).isEmpty() ? ""
				: "- %s\n".formatted(REMEDIES.getOrDefault(type, "")).formatted(bean(type));
	}

	private static List<String> names(StoreType type, Map<StoreType, List<String>> beans) {
		return beans.getOrDefault(type, List.of());
	}

	private static String bean(StoreType type) {
		return switch (type) {
			case REDIS -> "RedisConnectionFactory";
			case HAZELCAST -> "HazelcastInstance";
			default -> "DataSource";
		};
	}

}
