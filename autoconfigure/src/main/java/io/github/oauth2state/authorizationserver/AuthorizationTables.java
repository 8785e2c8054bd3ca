package io.github.oauth2state.authorizationserver;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

import io.github.oauth2state.config.StartupFailureException;

/**
 * Finds the tables of the app's authorization services. Each is reached as its service
 * reaches it, so it is in the right database where an app has several.
 */
final class AuthorizationTables {

	private static final String OPERATIONS = "getJdbcOperations";

	private AuthorizationTables() {
	}

	/**
	 * Finds the tables.
	 * @param beans the beans of the app
	 * @param cleanup how rows are removed
	 * @return one table for each database that the services use
	 * @throws StartupFailureException if there is no service whose table is known
	 */
	static List<AuthorizationTable> of(ListableBeanFactory beans, AuthorizationServerProperties.Cleanup cleanup) {
		boolean jdbc = ClassUtils.isPresent("org.springframework.jdbc.core.JdbcOperations",
				beans.getClass().getClassLoader());
		Set<JdbcOperations> operations = jdbc ? operations(
				BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, OAuth2AuthorizationService.class, false, true)
					.values())
				: Set.of();
		if (operations.isEmpty()) {
			throw new StartupFailureException(
					"oauth2-state.authorization-server.cleanup.enabled is true, but the app has no bean of the type "
							+ "JdbcOAuth2AuthorizationService, so there is no table to clean.",
					"""
							Do one of the following:
							- Declare the JdbcOAuth2AuthorizationService as a bean, also where another service wraps it.
							- Set oauth2-state.authorization-server.cleanup.enabled=false.""");
		}
		return operations.stream().map((each) -> new AuthorizationTable(each, cleanup)).toList();
	}

	private static Set<JdbcOperations> operations(Collection<OAuth2AuthorizationService> services) {
		Set<JdbcOperations> operations = Collections.newSetFromMap(new IdentityHashMap<>());
		for (OAuth2AuthorizationService service : services) {
			if (unwrap(service) instanceof JdbcOAuth2AuthorizationService jdbc) {
				operations.add(operations(jdbc));
			}
		}
		return operations;
	}

	/**
	 * Returns the bean behind its proxies, which have none of its fields.
	 */
	private static Object unwrap(Object bean) {
		Object target = bean;
		for (Object next = bean; next != null; next = AopProxyUtils.getSingletonTarget(next)) {
			target = next;
		}
		return target;
	}

	private static JdbcOperations operations(JdbcOAuth2AuthorizationService service) {
		Method getter = ReflectionUtils.findMethod(JdbcOAuth2AuthorizationService.class, OPERATIONS);
		Assert.state(getter != null, "JdbcOAuth2AuthorizationService has no " + OPERATIONS);
		ReflectionUtils.makeAccessible(getter);
		Object operations = ReflectionUtils.invokeMethod(getter, service);
		Assert.state(operations instanceof JdbcOperations, OPERATIONS + " returns no JdbcOperations");
		return (JdbcOperations) operations;
	}

	/**
	 * Lets a native image keep the method.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.reflection()
				.registerTypeIfPresent(classLoader,
						"org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService",
						(type) -> type.withMethod(OPERATIONS, List.of(), ExecutableMode.INVOKE));
		}

	}

}
