package io.github.oauth2state.login.reactive;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.OAuth2ClientSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.OAuth2LoginSpec;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.OAuth2AuthorizationCodeGrantWebFilter;
import org.springframework.security.oauth2.client.web.server.OAuth2AuthorizationRequestRedirectWebFilter;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationCodeAuthenticationTokenConverter;
import org.springframework.security.oauth2.client.web.server.authentication.OAuth2LoginAuthenticationWebFilter;
import org.springframework.security.web.server.DefaultServerRedirectStrategy;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authorization.ExceptionTranslationWebFilter;
import org.springframework.security.web.server.savedrequest.ServerRequestCache;
import org.springframework.security.web.server.savedrequest.WebSessionServerRequestCache;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.server.WebFilter;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Reads private fields of Spring Security's reactive classes, which have no getters.
 */
final class ServerSecurityInternals {

	private static final Log logger = LogFactory.getLog(ServerSecurityInternals.class);

	/**
	 * The fields that are read, by class.
	 */
	static final Map<Class<?>, List<String>> FIELDS = Map.of(ServerHttpSecurity.class,
			List.of("oauth2Login", "client", "logout", "requestCache", "securityContextRepository"),
			OAuth2LoginSpec.class,
			List.of("authorizationRequestRepository", "authenticationConverter", "clientRegistrationRepository",
					"authenticationSuccessHandlers", "authenticationFailureHandler", "securityContextRepository",
					"loginPage"),
			OAuth2ClientSpec.class,
			List.of("authorizationRequestRepository", "authenticationConverter", "clientRegistrationRepository"),
			ServerHttpSecurity.RequestCacheSpec.class, List.of("requestCache"), WebSessionServerRequestCache.class,
			List.of("saveRequestMatcher"), OAuth2AuthorizationRequestRedirectWebFilter.class,
			List.of("authorizationRequestRepository", "authorizationRequestResolver"),
			OAuth2AuthorizationCodeGrantWebFilter.class, List.of("authorizationRequestRepository"),
			ServerOAuth2AuthorizationCodeAuthenticationTokenConverter.class,
			List.of("authorizationRequestRepository", "clientRegistrationRepository"),
			ExceptionTranslationWebFilter.class, List.of("authenticationEntryPoint"));

	/**
	 * The fields that tell where users are signed in and how logins start. They need not
	 * be known.
	 */
	static final Map<Class<?>, List<String>> OPTIONAL_FIELDS = Map.of(AuthenticationWebFilter.class,
			List.of("requiresAuthenticationMatcher", "authenticationConverter"),
			OAuth2AuthorizationRequestRedirectWebFilter.class, List.of("authorizationRedirectStrategy"),
			DefaultServerRedirectStrategy.class, List.of("httpStatus"), PathPatternParserServerWebExchangeMatcher.class,
			List.of("pattern", "method"));

	private ServerSecurityInternals() {
	}

	/**
	 * Returns the fields that this version of Spring Security does not have.
	 */
	static List<String> missingFields() {
		return FIELDS.entrySet()
			.stream()
			.flatMap((fields) -> fields.getValue()
				.stream()
				.filter((name) -> ReflectionUtils.findField(fields.getKey(), name) == null)
				.map((name) -> fields.getKey().getName() + "." + name))
			.toList();
	}

	/**
	 * Reads a field of the class that declares it, as an app's subclass may have another
	 * one of that name.
	 * @throws IllegalStateException if this version of the class has no such field
	 */
	static @Nullable Object read(Class<?> type, String name, Object target) {
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
	 * Returns the repository of a filter that starts or finishes logins, or {@code null}
	 * if it is another filter or the field cannot be read. The filter for logins has it
	 * in its converter, out of reach.
	 */
	static @Nullable Object repository(WebFilter filter) {
		Class<?> type = (filter instanceof OAuth2AuthorizationRequestRedirectWebFilter)
				? OAuth2AuthorizationRequestRedirectWebFilter.class
				: (filter instanceof OAuth2AuthorizationCodeGrantWebFilter)
						? OAuth2AuthorizationCodeGrantWebFilter.class : null;
		return (type != null) ? readIfPossible(type, "authorizationRequestRepository", filter) : null;
	}

	/**
	 * Returns the request cache that a builder has now, or {@code null} if it cannot be
	 * read.
	 */
	static @Nullable ServerRequestCache requestCache(ServerHttpSecurity http) {
		Object spec = readIfPossible(ServerHttpSecurity.class, "requestCache", http);
		Object cache = (spec != null) ? readIfPossible(ServerHttpSecurity.RequestCacheSpec.class, "requestCache", spec)
				: null;
		return (cache instanceof ServerRequestCache known) ? known : null;
	}

	/**
	 * Returns whether a filter that starts logins has Spring Security's own resolver.
	 */
	static boolean hasDefaultResolver(OAuth2AuthorizationRequestRedirectWebFilter filter) {
		Object resolver = readIfPossible(OAuth2AuthorizationRequestRedirectWebFilter.class,
				"authorizationRequestResolver", filter);
		return resolver instanceof DefaultServerOAuth2AuthorizationRequestResolver;
	}

	/**
	 * Returns whether a filter starts logins by an answer of the app, such as a text with
	 * the provider's URL, rather than by a redirect.
	 */
	static boolean hasOwnAnswer(OAuth2AuthorizationRequestRedirectWebFilter filter) {
		Object strategy = readIfPossible(OAuth2AuthorizationRequestRedirectWebFilter.class,
				"authorizationRedirectStrategy", filter);
		return strategy != null && (strategy.getClass() != DefaultServerRedirectStrategy.class
				|| (readIfPossible(DefaultServerRedirectStrategy.class, "httpStatus",
						strategy) instanceof HttpStatus status && !status.is3xxRedirection()));
	}

	/**
	 * Returns the path within the app where a filter signs users in, or {@code null} if
	 * more than a path decides that, or a field cannot be read.
	 */
	static @Nullable PathPattern signInPath(WebFilter filter) {
		if (!(filter instanceof OAuth2LoginAuthenticationWebFilter) || !isStock(filter)) {
			return null;
		}
		Class<?> type = PathPatternParserServerWebExchangeMatcher.class;
		try {
			Object converter = read(AuthenticationWebFilter.class, "authenticationConverter", filter);
			Object matcher = read(AuthenticationWebFilter.class, "requiresAuthenticationMatcher", filter);
			return (isStock(converter) && matcher instanceof PathPatternParserServerWebExchangeMatcher path
					&& read(type, "method", path) == null) ? (PathPattern) read(type, "pattern", path) : null;
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot tell where users are signed in", ex);
			return null;
		}
	}

	/**
	 * Returns whether an object, or the lambda expression that it is, is of Spring
	 * Security. A converter of the app may leave callbacks to the filters after it.
	 */
	private static boolean isStock(@Nullable Object object) {
		return object != null && object.getClass().getName().startsWith("org.springframework.security.");
	}

	/**
	 * Makes a native image keep the fields.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			List.of(FIELDS, OPTIONAL_FIELDS)
				.forEach((all) -> all.forEach((type, fields) -> hints.reflection()
					.registerType(type, (hint) -> fields.forEach(hint::withField))));
		}

	}

}
