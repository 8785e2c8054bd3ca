package io.github.oauth2state.login.servlet;

import java.util.List;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2ClientConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

import io.github.oauth2state.support.PrivateField;

/**
 * The only place that reads private state of Spring Security, which has setters for it
 * but no getters. Where that does not work, nothing is changed.
 */
final class SecurityInternals {

	private static final Log logger = LogFactory.getLog(SecurityInternals.class);

	private static final String REPOSITORY = "authorizationRequestRepository";

	private static final PrivateField SESSION_POLICY = new PrivateField(SessionManagementConfigurer.class,
			"sessionPolicy");

	private static final List<PrivateField> FILTER_REPOSITORIES = List.of(
			new PrivateField(OAuth2AuthorizationRequestRedirectFilter.class, REPOSITORY),
			new PrivateField(OAuth2LoginAuthenticationFilter.class, REPOSITORY),
			new PrivateField(OAuth2AuthorizationCodeGrantFilter.class, REPOSITORY));

	private static final PrivateField SUCCESS_HANDLER = new PrivateField(AbstractAuthenticationProcessingFilter.class,
			"successHandler");

	private static final PrivateField FAILURE_HANDLER = new PrivateField(AbstractAuthenticationProcessingFilter.class,
			"failureHandler");

	private static final PrivateField BEGIN_FAILURE_HANDLER = new PrivateField(
			OAuth2AuthorizationRequestRedirectFilter.class, "authenticationFailureHandler");

	private static final PrivateField SAVED_REQUESTS = new PrivateField(HttpSessionRequestCache.class,
			"requestMatcher");

	private static final PrivateField RESOLVER = new PrivateField(OAuth2AuthorizationRequestRedirectFilter.class,
			"authorizationRequestResolver");

	private SecurityInternals() {
	}

	/**
	 * Returns whether the user set a repository other than the library's bean. If the
	 * field cannot be read, the user may have.
	 */
	static boolean mayHaveRepository(Object endpointConfigurer) {
		try {
			Object repository = new PrivateField(endpointConfigurer.getClass(), REPOSITORY).read(endpointConfigurer);
			return repository != null && !(repository instanceof SharedAuthorizationRequestRepository);
		}
		catch (RuntimeException ex) {
			logger.warn("Cannot tell whether an authorization request repository is set on "
					+ endpointConfigurer.getClass().getName() + ", so its filter chain is left alone: its logins stay "
					+ "in the HTTP session. This version of Spring Security is not supported.", ex);
			return true;
		}
	}

	/**
	 * Returns the repository of a filter that starts or finishes logins, or {@code null}
	 * if it is another filter or the field cannot be read.
	 */
	static @Nullable Object repository(Filter filter) {
		try {
			return FILTER_REPOSITORIES.stream()
				.filter((field) -> field.type().isInstance(filter))
				.findFirst()
				.map((field) -> field.read(filter))
				.orElse(null);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot read the authorization request repository", ex);
			return null;
		}
	}

	/**
	 * Returns whether Spring Security keeps no session on a filter chain. If the field
	 * cannot be read, it may keep one.
	 */
	@SuppressWarnings("unchecked")
	static boolean isStateless(HttpSecurity http) {
		SessionManagementConfigurer<HttpSecurity> sessions = http.getConfigurer(SessionManagementConfigurer.class);
		Object policy = http.getSharedObject(SessionCreationPolicy.class);
		try {
			Object own = (sessions != null) ? SESSION_POLICY.read(sessions) : null;
			policy = (own != null) ? own : policy;
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot read the session creation policy", ex);
		}
		return policy == SessionCreationPolicy.STATELESS;
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
	 * Returns the handler of logins that fail, or {@code null} if the field cannot be
	 * read.
	 */
	static @Nullable AuthenticationFailureHandler failureHandler(AbstractAuthenticationProcessingFilter filter) {
		return failureHandler(FAILURE_HANDLER, filter);
	}

	/**
	 * Returns the handler of logins that cannot start, or {@code null} if the field
	 * cannot be read.
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
	 * Returns whether a cache saves a request. If the field cannot be read, the app may
	 * have chosen which requests it saves.
	 */
	static boolean isSavedBy(HttpSessionRequestCache cache, HttpServletRequest request) {
		try {
			return SAVED_REQUESTS.read(cache) instanceof RequestMatcher matcher && matcher.matches(request);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot tell which requests are saved", ex);
			return false;
		}
	}

	/**
	 * Returns whether Spring Security made a cache by itself. Such a cache saves fewer
	 * requests than one that an app makes.
	 */
	static boolean isDefault(HttpSessionRequestCache cache) {
		try {
			return !(SAVED_REQUESTS.read(cache) instanceof AnyRequestMatcher);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot tell which requests are saved", ex);
			return false;
		}
	}

	/**
	 * Returns whether a filter that starts logins has Spring Security's own resolver.
	 */
	static boolean hasDefaultResolver(OAuth2AuthorizationRequestRedirectFilter filter) {
		try {
			return RESOLVER.read(filter) instanceof DefaultOAuth2AuthorizationRequestResolver;
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot read the authorization request resolver", ex);
			return false;
		}
	}

	/**
	 * Makes a native image keep the fields.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			new PrivateField(OAuth2LoginConfigurer.AuthorizationEndpointConfig.class, REPOSITORY).register(hints);
			new PrivateField(OAuth2ClientConfigurer.AuthorizationCodeGrantConfigurer.class, REPOSITORY).register(hints);
			SESSION_POLICY.register(hints);
			FILTER_REPOSITORIES.forEach((field) -> field.register(hints));
			SUCCESS_HANDLER.register(hints);
			FAILURE_HANDLER.register(hints);
			BEGIN_FAILURE_HANDLER.register(hints);
			SAVED_REQUESTS.register(hints);
			RESOLVER.register(hints);
		}

	}

}
