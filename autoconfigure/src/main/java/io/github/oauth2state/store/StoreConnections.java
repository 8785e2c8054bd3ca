package io.github.oauth2state.store;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.config.StoreType;

/**
 * Tells which stores an app has a connection for, without loading classes that it lacks.
 */
final class StoreConnections {

	private static final Map<StoreType, String> CONNECTION_TYPES = Map.of(StoreType.REDIS,
			"org.springframework.data.redis.connection.RedisConnectionFactory", StoreType.JDBC, "javax.sql.DataSource");

	private StoreConnections() {
	}

	static Set<StoreType> in(ConfigurableListableBeanFactory beanFactory) {
		return Arrays.stream(StoreType.values())
			.filter((type) -> hasConnection(type, beanFactory))
			.collect(Collectors.toUnmodifiableSet());
	}

	private static boolean hasConnection(StoreType type, ConfigurableListableBeanFactory beanFactory) {
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		String className = CONNECTION_TYPES.get(type);
		if (className == null || !ClassUtils.isPresent(className, classLoader)) {
			return false;
		}
		Class<?> beanType = ClassUtils.resolveClassName(className, classLoader);
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, beanType, true, false).length > 0;
	}

}
