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
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

import io.github.oauth2state.OAuth2StateDataSource;
import io.github.oauth2state.OAuth2StateRedisConnectionFactory;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

/**
 * Finds out which stores an app has a connection for, without loading classes that it
 * lacks, and chooses the store by that.
 */
final class AvailableConnections {

	private static final Map<StoreType, String> CONNECTION_TYPES = Map.of(StoreType.REDIS,
			"org.springframework.data.redis.connection.RedisConnectionFactory", StoreType.JDBC, "javax.sql.DataSource",
			StoreType.HAZELCAST, "com.hazelcast.core.HazelcastInstance");

	/**
	 * The types that are never chosen by what the app has: it may have them for something
	 * else, with settings that lose records.
	 */
	private static final Set<StoreType> ONLY_BY_NAME = Set.of(StoreType.HAZELCAST);

	private static final DependencyDescriptor UNQUALIFIED = InjectionPoints.descriptor("unqualified");

	private static final Map<StoreType, DependencyDescriptor> QUALIFIED = Map.of(StoreType.REDIS,
			InjectionPoints.descriptor("redis"), StoreType.JDBC, InjectionPoints.descriptor("jdbc"));

	private AvailableConnections() {
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
		return CONNECTION_TYPES.keySet()
			.stream()
			.filter((type) -> !ONLY_BY_NAME.contains(type))
			.filter(condition)
			.collect(Collectors.toUnmodifiableSet());
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
	 * Condition behind {@link ConditionalOnStore}.
	 */
	static class OnStoreCondition extends SpringBootCondition implements ConfigurationCondition {

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			MergedAnnotation<ConditionalOnStore> annotation = metadata.getAnnotations().get(ConditionalOnStore.class);
			StoreType wanted = annotation.getEnum("value", StoreType.class);
			String property = annotation.getString("property");
			ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnStore.class, wanted);
			ConfigurableListableBeanFactory beans = context.getBeanFactory();
			Assert.state(beans != null, "Bean factory is there when beans are registered");
			if (!isAvailable(wanted, beans)) {
				return ConditionOutcome.noMatch(message.because("the app has no connection for it"));
			}
			String configured = Binder.get(context.getEnvironment()).bind(property, String.class).orElse("");
			if (StringUtils.hasText(configured) || !property.equals(ConditionalOnStore.LOGINS)) {
				return new ConditionOutcome(isSame(configured, wanted),
						message.because(property + " is '" + configured + "'"));
			}
			Set<StoreType> connections = in(beans);
			return new ConditionOutcome(connections.equals(Set.of(wanted)),
					message.because(property + " is not set and the app has connections for " + connections));
		}

		/**
		 * Compares as Spring Boot does when it binds an enum.
		 */
		private static boolean isSame(String configured, StoreType wanted) {
			return configured.replaceAll("[^A-Za-z0-9]", "").equalsIgnoreCase(wanted.name());
		}

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

	/**
	 * Lets a native image keep the injection points.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.reflection().registerType(InjectionPoints.class, MemberCategory.ACCESS_DECLARED_FIELDS);
		}

	}

}
