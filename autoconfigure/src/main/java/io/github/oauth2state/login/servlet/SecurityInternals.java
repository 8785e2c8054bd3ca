package io.github.oauth2state.login.servlet;

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

import io.github.oauth2state.internals.PrivateField;

/**
 * The only place that reads private state of Spring Security, which has setters for it
 * but no getters. Where that does not work, nothing is changed.
 */
final class SecurityInternals {

	private static final Log logger = LogFactory.getLog(SecurityInternals.class);

	private static final String REPOSITORY = "authorizationRequestRepository";

	private static final PrivateField SUCCESS_HANDLER = new PrivateField(AbstractAuthenticationProcessingFilter.class,
			"successHandler");

	private static final PrivateField FAILURE_HANDLER = new PrivateField(AbstractAuthenticationProcessingFilter.class,
			"failureHandler");

	private static final PrivateField BEGIN_FAILURE_HANDLER = new PrivateField(
			OAuth2AuthorizationRequestRedirectFilter.class, "authenticationFailureHandler");

	private SecurityInternals() {
	}

	/**
	 * Tells whether the user set a repository. If it cannot be told, they might have.
	 */
	static boolean mayHaveRepository(Object endpointConfigurer) {
		try {
			return new PrivateField(endpointConfigurer.getClass(), REPOSITORY).read(endpointConfigurer) != null;
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
			return (AuthenticationSuccessHandler) SUCCESS_HANDLER.read(filter);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot read the success handler", ex);
			return null;
		}
	}

	/**
	 * Returns what answers for logins that fail, or {@code null} if it cannot be told.
	 */
	static @Nullable AuthenticationFailureHandler failureHandler(AbstractAuthenticationProcessingFilter filter) {
		return failureHandler(FAILURE_HANDLER, filter);
	}

	/**
	 * Returns what answers for logins that cannot begin, or {@code null} if it cannot be
	 * told.
	 */
	static @Nullable AuthenticationFailureHandler failureHandler(OAuth2AuthorizationRequestRedirectFilter filter) {
		return failureHandler(BEGIN_FAILURE_HANDLER, filter);
	}

	private static @Nullable AuthenticationFailureHandler failureHandler(PrivateField field, Object filter) {
		try {
			return (AuthenticationFailureHandler) field.read(filter);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot read the failure handler", ex);
			return null;
		}
	}

	/**
	 * Lets a native image keep the fields.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			new PrivateField(OAuth2LoginConfigurer.AuthorizationEndpointConfig.class, REPOSITORY).register(hints);
			new PrivateField(OAuth2ClientConfigurer.AuthorizationCodeGrantConfigurer.class, REPOSITORY).register(hints);
			SUCCESS_HANDLER.register(hints);
			FAILURE_HANDLER.register(hints);
			BEGIN_FAILURE_HANDLER.register(hints);
		}

	}

}
