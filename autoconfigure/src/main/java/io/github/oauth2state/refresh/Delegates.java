package io.github.oauth2state.refresh;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.util.ReflectionUtils;

/**
 * Finds which managers and providers one of the app, or of another library, delegates to:
 * in its fields, which are what a lambda captured too, and in collections and maps there.
 */
final class Delegates {

	/**
	 * A map of lists is the deepest that has been seen.
	 */
	private static final int MAX_NESTING = 3;

	private Delegates() {
	}

	/**
	 * Returns the delegates.
	 * @param delegating the manager or provider
	 * @return what its fields hold, or none if they cannot be read, as those of classes
	 * in a module and in a native image
	 */
	static List<Object> of(Object delegating) {
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

	private static void collect(@Nullable Object value, int nesting, List<Object> delegates) {
		if (value instanceof OAuth2AuthorizedClientProvider || value instanceof OAuth2AuthorizedClientManager) {
			Object target = AopProxyUtils.getSingletonTarget(value);
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
		if (value instanceof Iterable<?> iterable) {
			return StreamSupport.stream(iterable.spliterator(), false);
		}
		if (value instanceof Object[] array) {
			return Stream.of(array);
		}
		return Stream.empty();
	}

}
