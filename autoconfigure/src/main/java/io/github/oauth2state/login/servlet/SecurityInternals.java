package io.github.oauth2state.login.servlet;

import java.lang.reflect.Field;
import java.util.List;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2ClientConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.DefaultRedirectStrategy;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.DelegatingAuthenticationEntryPoint;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.util.pattern.PathPattern;

/**
 * The only place that reads private state of Spring Security, which has setters for it
 * but no getters. Where that does not work, nothing is changed.
 */
final class SecurityInternals {

	private static final Log logger = LogFactory.getLog(SecurityInternals.class);

	private static final String REPOSITORY = "authorizationRequestRepository";

	private static final String SESSION_POLICY = "sessionPolicy";

	private static final String SUCCESS_HANDLER = "successHandler";

	private static final String FAILURE_HANDLER = "failureHandler";

	private static final String BEGIN_FAILURE_HANDLER = "authenticationFailureHandler";

	private static final String SAVED_REQUESTS = "requestMatcher";

	private static final String CALLBACKS = "requiresAuthenticationRequestMatcher";

	private static final String PATTERN = "pattern";

	private static final String METHOD = "method";

	private static final String RESOLVER = "authorizationRequestResolver";

	private static final String REDIRECT_STRATEGY = "authorizationRedirectStrategy";

	private static final String STATUS_CODE = "statusCode";

	private static final Class<?> LOGIN_FILTER = AbstractAuthenticationProcessingFilter.class;

	private static final List<Class<?>> FILTERS_WITH_REPOSITORY = List.of(
			OAuth2AuthorizationRequestRedirectFilter.class, OAuth2LoginAuthenticationFilter.class,
			OAuth2AuthorizationCodeGrantFilter.class);

	private SecurityInternals() {
	}

	/**
	 * Returns whether the user set a repository other than the library's bean. If the
	 * field cannot be read, the user may have.
	 */
	static boolean mayHaveRepository(Object endpointConfigurer) {
		try {
			Object repository = read(endpointConfigurer.getClass(), REPOSITORY, endpointConfigurer);
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
		return FILTERS_WITH_REPOSITORY.stream()
			.filter((type) -> type.isInstance(filter))
			.findFirst()
			.map((type) -> readIfPossible(type, REPOSITORY, filter))
			.orElse(null);
	}

	/**
	 * Returns whether Spring Security keeps no session on a filter chain. If the field
	 * cannot be read, it may keep one.
	 */
	@SuppressWarnings("unchecked")
	static boolean isStateless(HttpSecurity http) {
		SessionManagementConfigurer<HttpSecurity> sessions = http.getConfigurer(SessionManagementConfigurer.class);
		Object policy = http.getSharedObject(SessionCreationPolicy.class);
		Object own = (sessions != null) ? readIfPossible(SessionManagementConfigurer.class, SESSION_POLICY, sessions)
				: null;
		return ((own != null) ? own : policy) == SessionCreationPolicy.STATELESS;
	}

	static @Nullable AuthenticationSuccessHandler successHandler(AbstractAuthenticationProcessingFilter filter) {
		return (AuthenticationSuccessHandler) readIfPossible(LOGIN_FILTER, SUCCESS_HANDLER, filter);
	}

	/**
	 * Returns the handler of logins that fail, or {@code null} if the field cannot be
	 * read.
	 */
	static @Nullable AuthenticationFailureHandler failureHandler(AbstractAuthenticationProcessingFilter filter) {
		return (AuthenticationFailureHandler) readIfPossible(LOGIN_FILTER, FAILURE_HANDLER, filter);
	}

	/**
	 * Returns the handler of logins that cannot start, or {@code null} if the field
	 * cannot be read.
	 */
	static @Nullable AuthenticationFailureHandler failureHandler(OAuth2AuthorizationRequestRedirectFilter filter) {
		return (AuthenticationFailureHandler) readIfPossible(OAuth2AuthorizationRequestRedirectFilter.class,
				BEGIN_FAILURE_HANDLER, filter);
	}

	/**
	 * Returns the path within the app where a filter signs users in, or {@code null} if
	 * more than a path decides that, or a field cannot be read.
	 */
	static @Nullable PathPattern signInPath(Filter filter) {
		if (filter.getClass() != OAuth2LoginAuthenticationFilter.class) {
			return null;
		}
		Object matcher = readIfPossible(LOGIN_FILTER, CALLBACKS, filter);
		return (matcher instanceof PathPatternRequestMatcher path
				&& readIfPossible(PathPatternRequestMatcher.class, METHOD, path) instanceof AnyRequestMatcher)
						? (PathPattern) readIfPossible(PathPatternRequestMatcher.class, PATTERN, path) : null;
	}

	/**
	 * Returns whether a cache saves a request. If the field cannot be read, the app may
	 * have chosen which requests it saves.
	 */
	static boolean isSavedBy(HttpSessionRequestCache cache, HttpServletRequest request) {
		return readIfPossible(HttpSessionRequestCache.class, SAVED_REQUESTS, cache) instanceof RequestMatcher matcher
				&& matcher.matches(request);
	}

	/**
	 * Returns whether Spring Security made a cache by itself. Such a cache saves fewer
	 * requests than one that an app makes.
	 */
	static boolean isDefault(HttpSessionRequestCache cache) {
		Object matcher = readIfPossible(HttpSessionRequestCache.class, SAVED_REQUESTS, cache);
		return matcher != null && !(matcher instanceof AnyRequestMatcher);
	}

	/**
	 * Returns whether a filter that starts logins has Spring Security's own resolver.
	 */
	static boolean hasDefaultResolver(OAuth2AuthorizationRequestRedirectFilter filter) {
		return readIfPossible(OAuth2AuthorizationRequestRedirectFilter.class, RESOLVER,
				filter) instanceof DefaultOAuth2AuthorizationRequestResolver;
	}

	/**
	 * Returns whether a filter starts logins by an answer of the app, such as a text with
	 * the provider's URL, rather than by a redirect.
	 */
	static boolean hasOwnAnswer(OAuth2AuthorizationRequestRedirectFilter filter) {
		Object strategy = readIfPossible(OAuth2AuthorizationRequestRedirectFilter.class, REDIRECT_STRATEGY, filter);
		return strategy != null && (strategy.getClass() != DefaultRedirectStrategy.class
				|| (readIfPossible(DefaultRedirectStrategy.class, STATUS_CODE, strategy) instanceof HttpStatus status
						&& !status.is3xxRedirection()));
	}

	/**
	 * Reads a field of the class that declares it, as an app's subclass may have another
	 * one of that name.
	 * @throws IllegalStateException if this version of the class has no such field
	 */
	private static @Nullable Object read(Class<?> type, String name, Object target) {
		Field field = ReflectionUtils.findField(type, name);
		Assert.state(field != null, () -> type.getName() + " has no field " + name);
		ReflectionUtils.makeAccessible(field);
		return ReflectionUtils.getField(field, target);
	}

	/**
	 * Reads a field, or returns {@code null} if this version of the class has no such
	 * field.
	 */
	static @Nullable Object readIfPossible(Class<?> type, String name, Object target) {
		try {
			return read(type, name, target);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot read " + name + " of " + type.getName(), ex);
			return null;
		}
	}

	/**
	 * Makes a native image keep the fields.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			keep(hints, OAuth2LoginConfigurer.AuthorizationEndpointConfig.class, REPOSITORY);
			keep(hints, OAuth2ClientConfigurer.AuthorizationCodeGrantConfigurer.class, REPOSITORY);
			FILTERS_WITH_REPOSITORY.forEach((filter) -> keep(hints, filter, REPOSITORY));
			keep(hints, SessionManagementConfigurer.class, SESSION_POLICY);
			keep(hints, LOGIN_FILTER, SUCCESS_HANDLER, FAILURE_HANDLER, CALLBACKS);
			keep(hints, PathPatternRequestMatcher.class, PATTERN, METHOD);
			keep(hints, OAuth2AuthorizationRequestRedirectFilter.class, BEGIN_FAILURE_HANDLER, RESOLVER,
					REDIRECT_STRATEGY);
			keep(hints, DefaultRedirectStrategy.class, STATUS_CODE);
			keep(hints, DelegatingAuthenticationEntryPoint.class, LoginEntryPoints.ENTRIES, LoginEntryPoints.OTHER);
			keep(hints, HttpSessionRequestCache.class, SAVED_REQUESTS);
		}

		private static void keep(RuntimeHints hints, Class<?> type, String... fields) {
			hints.reflection().registerType(type, (hint) -> List.of(fields).forEach(hint::withField));
		}

	}

}
