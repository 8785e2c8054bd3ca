package io.github.oauth2state.store;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

import io.github.oauth2state.OAuth2StateDataSource;
import io.github.oauth2state.OAuth2StateRedisConnectionFactory;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

/**
 * Tells which stores an app has a connection for, without loading classes that it lacks.
 */
final class StoreConnections {

	private static final Map<StoreType, String> CONNECTION_TYPES = Map.of(StoreType.REDIS,
			"org.springframework.data.redis.connection.RedisConnectionFactory", StoreType.JDBC, "javax.sql.DataSource");

	private static final DependencyDescriptor UNQUALIFIED = InjectionPoints.descriptor("unqualified");

	private static final Map<StoreType, DependencyDescriptor> QUALIFIED = Map.of(StoreType.REDIS,
			InjectionPoints.descriptor("redis"), StoreType.JDBC, InjectionPoints.descriptor("jdbc"));

	private StoreConnections() {
	}

	/**
	 * Returns the candidates for the store if none is configured: the types with a
	 * connection that is qualified for the library, otherwise the types with any
	 * connection.
	 */
	static Set<StoreType> in(ConfigurableListableBeanFactory beanFactory) {
		Set<StoreType> qualified = types((type) -> isQualified(type, beanFactory));
		return qualified.isEmpty() ? types((type) -> isAvailable(type, beanFactory)) : qualified;
	}

	private static Set<StoreType> types(Predicate<StoreType> condition) {
		return CONNECTION_TYPES.keySet().stream().filter(condition).collect(Collectors.toUnmodifiableSet());
	}

	private static boolean isQualified(StoreType type, ConfigurableListableBeanFactory beanFactory) {
		return names(type, beanFactory).anyMatch((name) -> is(name, QUALIFIED.get(type), beanFactory));
	}

	static boolean isAvailable(StoreType type, ConfigurableListableBeanFactory beanFactory) {
		return !CONNECTION_TYPES.containsKey(type) || isQualified(type, beanFactory)
				|| names(type, beanFactory).anyMatch((name) -> is(name, UNQUALIFIED, beanFactory));
	}

	private static boolean is(String name, @Nullable DependencyDescriptor candidate,
			ConfigurableListableBeanFactory beanFactory) {
		return candidate != null && beanFactory.isAutowireCandidate(name, candidate);
	}

	/**
	 * Returns the beans that are connections, whether or not they can be injected.
	 */
	static Map<StoreType, List<String>> beans(ConfigurableListableBeanFactory beanFactory) {
		Map<StoreType, List<String>> beans = new EnumMap<>(StoreType.class);
		CONNECTION_TYPES.keySet().forEach((type) -> beans.put(type, names(type, beanFactory).sorted().toList()));
		return beans;
	}

	private static Stream<String> names(StoreType type, ConfigurableListableBeanFactory beanFactory) {
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		String className = CONNECTION_TYPES.get(type);
		if (className == null || !ClassUtils.isPresent(className, classLoader)) {
			return Stream.empty();
		}
		Class<?> beanType = ClassUtils.resolveClassName(className, classLoader);
		return Arrays.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, beanType, true, false));
	}

	static String quoted(List<String> beans) {
		return beans.stream().map((name) -> "'" + name + "'").collect(Collectors.joining(", "));
	}

	/**
	 * Injection points for a connection, with which the bean factory is asked for
	 * qualifiers, default candidates and autowire candidates. The types of the
	 * connections are left out, as the app may lack them.
	 */
	@SuppressWarnings("unused")
	private static final class InjectionPoints {

		private @Nullable Object unqualified;

		@OAuth2StateDataSource
		private @Nullable Object jdbc;

		@OAuth2StateRedisConnectionFactory
		private @Nullable Object redis;

		static DependencyDescriptor descriptor(String name) {
			Field field = ReflectionUtils.findField(InjectionPoints.class, name);
			Assert.state(field != null, "There is such a field");
			return new DependencyDescriptor(field, true);
		}

	}

}
