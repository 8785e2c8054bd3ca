package io.github.oauth2state.login.servlet;

import java.lang.reflect.Field;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2ClientConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.util.ReflectionUtils;

/**
 * The only place that reads private state of Spring Security, which has setters for it
 * but no getters. Where that does not work, nothing is changed.
 */
final class SecurityInternals {

	private static final Log logger = LogFactory.getLog(SecurityInternals.class);

	private static final String REPOSITORY = "authorizationRequestRepository";

	private static final String SUCCESS_HANDLER = "successHandler";

	private static final String FAILURE_HANDLER = "authenticationFailureHandler";

	private SecurityInternals() {
	}

	/**
	 * Tells whether the user set a repository. If it cannot be told, they might have.
	 */
	static boolean mayHaveRepository(Object endpointConfigurer) {
		try {
			return read(endpointConfigurer.getClass(), REPOSITORY, endpointConfigurer) != null;
		}
		catch (RuntimeException ex) {
			logger.warn("Cannot tell whether an authorization request repository is set on "
					+ endpointConfigurer.getClass().getName() + ", so its filter chain is left alone: its logins stay "
					+ "in the HTTP session. This version of Spring Security is not supported.", ex);
			return true;
		}
	}

	static @Nullable AuthenticationSuccessHandler successHandler(AbstractAuthenticationProcessingFilter filter) {
		try {
			return (AuthenticationSuccessHandler) read(AbstractAuthenticationProcessingFilter.class, SUCCESS_HANDLER,
					filter);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot read the success handler", ex);
			return null;
		}
	}

	/**
	 * Returns what answers for logins that cannot begin, or {@code null} if it cannot be
	 * told.
	 */
	static @Nullable AuthenticationFailureHandler failureHandler(OAuth2AuthorizationRequestRedirectFilter filter) {
		try {
			return (AuthenticationFailureHandler) read(OAuth2AuthorizationRequestRedirectFilter.class, FAILURE_HANDLER,
					filter);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot read the failure handler", ex);
			return null;
		}
	}

	private static @Nullable Object read(Class<?> type, String name, Object target) {
		Field field = ReflectionUtils.findField(type, name);
		if (field == null) {
			throw new IllegalStateException(type.getName() + " has no field " + name);
		}
		ReflectionUtils.makeAccessible(field);
		return ReflectionUtils.getField(field, target);
	}

	/**
	 * Lets a native image keep the fields.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			register(hints, OAuth2LoginConfigurer.AuthorizationEndpointConfig.class, REPOSITORY);
			register(hints, OAuth2ClientConfigurer.AuthorizationCodeGrantConfigurer.class, REPOSITORY);
			register(hints, AbstractAuthenticationProcessingFilter.class, SUCCESS_HANDLER);
			register(hints, OAuth2AuthorizationRequestRedirectFilter.class, FAILURE_HANDLER);
		}

		private static void register(RuntimeHints hints, Class<?> type, String name) {
			Field field = ReflectionUtils.findField(type, name);
			if (field != null) {
				hints.reflection().registerField(field);
			}
		}

	}

}
