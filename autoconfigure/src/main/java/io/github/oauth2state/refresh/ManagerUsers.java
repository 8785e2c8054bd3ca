package io.github.oauth2state.refresh;

import java.util.List;
import java.util.stream.Stream;

import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Finds in a bean what may have a manager of its own that is no bean. Goes by names,
 * because an app need not have all of these classes.
 */
final class ManagerUsers {

	private static final String PACKAGE = "org.springframework.security.oauth2.client.web.";

	static final List<String> CLASS_NAMES = List.of(
			PACKAGE + "reactive.function.client.ServletOAuth2AuthorizedClientExchangeFilterFunction",
			PACKAGE + "client.OAuth2ClientHttpRequestInterceptor",
			PACKAGE + "method.annotation.OAuth2AuthorizedClientArgumentResolver");

	private static final boolean MVC = ClassUtils.isPresent(
			"org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter",
			ManagerUsers.class.getClassLoader());

	private ManagerUsers() {
	}

	static List<?> in(Object bean) {
		return candidates(bean).filter((candidate) -> CLASS_NAMES.contains(candidate.getClass().getName())).toList();
	}

	private static Stream<?> candidates(Object bean) {
		return MVC ? Mvc.candidates(bean) : Stream.of(bean);
	}

	/**
	 * Kept apart so that apps without Spring MVC do not load its classes.
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
