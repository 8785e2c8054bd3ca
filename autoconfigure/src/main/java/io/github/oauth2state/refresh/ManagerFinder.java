package io.github.oauth2state.refresh;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Finds the managers and providers of Spring Security that are not beans themselves, but
 * are used by beans.
 */
final class ManagerFinder {

	private static final Log logger = LogFactory.getLog(ManagerFinder.class);

	private static final String WEB_PACKAGE = "org.springframework.security.oauth2.client.web.";

	/**
	 * The classes that may have a manager of their own. By name, because an app need not
	 * have all of them.
	 */
	static final List<String> MANAGER_USERS = List.of(
			WEB_PACKAGE + "reactive.function.client.ServletOAuth2AuthorizedClientExchangeFilterFunction",
			WEB_PACKAGE + "client.OAuth2ClientHttpRequestInterceptor",
			WEB_PACKAGE + "method.annotation.OAuth2AuthorizedClientArgumentResolver");

	private static final boolean MVC = ClassUtils.isPresent(
			"org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter",
			ManagerFinder.class.getClassLoader());

	/**
	 * A map of lists is the deepest nesting that we have seen.
	 */
	private static final int MAX_NESTING = 3;

	private final Class<?> managerType;

	private final Class<?> providerType;

	private final Function<Object, Optional<? extends Collection<?>>> known;

	/**
	 * Creates a finder.
	 * @param managerType the type of managers
	 * @param providerType the type of providers
	 * @param known returns what a provider delegates to if its class is known
	 */
	ManagerFinder(Class<?> managerType, Class<?> providerType,
			Function<Object, Optional<? extends Collection<?>>> known) {
		this.managerType = managerType;
		this.providerType = providerType;
		this.known = known;
	}

	boolean isManagerOrProvider(@Nullable Object object) {
		return this.managerType.isInstance(object) || this.providerType.isInstance(object);
	}

	/**
	 * Finds the objects in a bean that may have a manager of their own.
	 */
	static List<?> managerUsers(Object bean) {
		Stream<?> candidates = MVC ? Mvc.candidates(bean) : Stream.of(bean);
		return candidates.filter((candidate) -> MANAGER_USERS.contains(candidate.getClass().getName())).toList();
	}

	/**
	 * Finds all managers and providers that one delegates to. Warns if one of the app's
	 * delegates to none.
	 * @param root the manager or provider, which is among the result
	 * @param beanName the bean that it belongs to
	 */
	Collection<Object> managersAndProviders(Object root, String beanName) {
		Set<Object> found = Collections.newSetFromMap(new IdentityHashMap<>());
		Deque<Object> left = new ArrayDeque<>(List.of(root));
		while (!left.isEmpty()) {
			Object next = left.remove();
			if (!found.add(next)) {
				continue;
			}
			Optional<? extends Collection<?>> delegatesOfKnown = this.known.apply(next);
			if (delegatesOfKnown.isPresent()) {
				left.addAll(delegatesOfKnown.get());
			}
			else if (!next.getClass().getName().startsWith("org.springframework.security.")) {
				List<Object> delegates = delegates(next);
				left.addAll(delegates);
				if (delegates.isEmpty()) {
					warnOfUnknown(next, beanName);
				}
			}
		}
		return found;
	}

	private void warnOfUnknown(Object managerOrProvider, String beanName) {
		logger.warn(("Tokens may be refreshed without coordination by bean '%s': it has a %s of type %s, "
				+ "which OAuth2 State does not know, and which holds none of Spring Security's in a field")
			.formatted(beanName, this.managerType.isInstance(managerOrProvider) ? "manager" : "provider",
					managerOrProvider.getClass().getName()));
	}

	/**
	 * Returns the managers and providers in the fields of an object, which include what a
	 * lambda captured, and in collections and maps there. Fields that cannot be read are
	 * skipped, such as those of classes in a module or in a native image.
	 */
	private List<Object> delegates(Object delegating) {
		List<Object> delegates = new ArrayList<>();
		ReflectionUtils.doWithFields(delegating.getClass(), (field) -> collect(read(field, delegating), 0, delegates),
				(field) -> !Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive());
		return delegates;
	}

	private static @Nullable Object read(Field field, Object target) {
		try {
			return field.trySetAccessible() ? field.get(target) : null;
		}
		catch (IllegalAccessException ex) {
			return null;
		}
	}

	private void collect(@Nullable Object value, int nesting, List<Object> delegates) {
		if (isManagerOrProvider(value)) {
			Object target = AopProxyUtils.getSingletonTarget(Objects.requireNonNull(value));
			delegates.add((target != null) ? target : value);
		}
		else if (nesting < MAX_NESTING) {
			elements(value).forEach((element) -> collect(element, nesting + 1, delegates));
		}
	}

	private static Stream<?> elements(@Nullable Object value) {
		if (value instanceof Map<?, ?> map) {
			return map.values().stream();
		}
		// Not any Iterable: an ObjectProvider would create beans
		if (value instanceof Collection<?> collection) {
			return collection.stream();
		}
		if (value instanceof Object[] array) {
			return Stream.of(array);
		}
		return Stream.empty();
	}

	/**
	 * A class of its own, so that apps without Spring MVC do not load its classes.
	 */
	private static final class Mvc {

		static Stream<?> candidates(Object bean) {
			if (bean instanceof RequestMappingHandlerAdapter adapter && adapter.getArgumentResolvers() != null) {
				return adapter.getArgumentResolvers().stream();
			}
			return Stream.of(bean);
		}

	}

}
