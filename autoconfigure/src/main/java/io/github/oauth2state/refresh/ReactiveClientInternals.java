package io.github.oauth2state.refresh;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.security.oauth2.client.AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientCredentialsReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.DelegatingReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizationSuccessHandler;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.RefreshTokenReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.AbstractWebClientReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.web.DefaultReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.reactive.function.client.ServerOAuth2AuthorizedClientExchangeFilterFunction;
import org.springframework.security.oauth2.client.web.reactive.result.method.annotation.OAuth2AuthorizedClientArgumentResolver;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.reactive.result.method.annotation.ArgumentResolverConfigurer;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import reactor.core.publisher.Mono;

/**
 * Reads private state of Spring Security's reactive managers and providers, as
 * {@link ClientInternals}. Throws {@link IllegalStateException} if this version of Spring
 * Security does not have it.
 */
final class ReactiveClientInternals {

	private static final String ATTRIBUTES_MAPPER = "contextAttributesMapper";

	private static final String SET_SUCCESS_HANDLER = "setAuthorizationSuccessHandler";

	private static final String CUSTOM_RESOLVERS = "customResolvers";

	private ReactiveClientInternals() {
	}

	static ReactiveOAuth2AuthorizedClientProvider provider(Object manager) {
		return require(manager, ClientInternals.PROVIDER, ReactiveOAuth2AuthorizedClientProvider.class);
	}

	/**
	 * Tells whether a provider is the default one, which all managers in the JVM share.
	 */
	static boolean isJvmWide(ReactiveOAuth2AuthorizedClientProvider provider) {
		return provider == defaultProvider(DefaultReactiveOAuth2AuthorizedClientManager.class)
				|| provider == defaultProvider(AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager.class);
	}

	private static @Nullable Object defaultProvider(Class<?> manager) {
		return ClientInternals.read(manager, ClientInternals.DEFAULT_PROVIDER, null);
	}

	static ReactiveOAuth2AuthorizationFailureHandler failureHandler(Object manager) {
		return require(manager, ClientInternals.FAILURE_HANDLER, ReactiveOAuth2AuthorizationFailureHandler.class);
	}

	static ReactiveOAuth2AuthorizationSuccessHandler successHandler(Object manager) {
		return require(manager, ClientInternals.SUCCESS_HANDLER, ReactiveOAuth2AuthorizationSuccessHandler.class);
	}

	@SuppressWarnings("unchecked")
	static Function<OAuth2AuthorizeRequest, Mono<Map<String, Object>>> attributesMapper(
			DefaultReactiveOAuth2AuthorizedClientManager manager) {
		return require(manager, ATTRIBUTES_MAPPER, Function.class);
	}

	static @Nullable Object manager(ServerOAuth2AuthorizedClientExchangeFilterFunction user) {
		return ClientInternals.read(user.getClass(), ClientInternals.MANAGER, user);
	}

	/**
	 * Returns the managers of the parameters that are annotated with
	 * {@code @RegisteredOAuth2AuthorizedClient}.
	 */
	static List<ReactiveOAuth2AuthorizedClientManager> managersOfParameters(RequestMappingHandlerAdapter adapter) {
		ArgumentResolverConfigurer resolvers = adapter.getArgumentResolverConfigurer();
		if (resolvers == null) {
			return List.of();
		}
		Collection<?> custom = require(resolvers, CUSTOM_RESOLVERS, Collection.class);
		return custom.stream()
			.filter(OAuth2AuthorizedClientArgumentResolver.class::isInstance)
			.map((resolver) -> require(resolver, ClientInternals.MANAGER, ReactiveOAuth2AuthorizedClientManager.class))
			.toList();
	}

	/**
	 * Returns the handler that a filter function calls when an API refuses a token.
	 * @return the handler, or empty if it has none
	 */
	static Optional<ReactiveOAuth2AuthorizationFailureHandler> failureHandlerOfUser(
			ServerOAuth2AuthorizedClientExchangeFilterFunction user) {
		Object owner = ClientInternals.read(user.getClass(), ClientInternals.RESPONSE_HANDLER, user);
		return (owner != null && ClientInternals.hasField(owner, ClientInternals.FAILURE_HANDLER))
				? Optional.of(failureHandler(owner)) : Optional.empty();
	}

	@SuppressWarnings("unchecked")
	static List<ReactiveOAuth2AuthorizedClientProvider> providers(
			DelegatingReactiveOAuth2AuthorizedClientProvider provider) {
		return require(provider, ClientInternals.PROVIDERS, List.class);
	}

	/**
	 * Returns what refreshes the user after a refresh of tokens.
	 * @return the handler, or empty before Spring Security 7.1
	 */
	static Optional<ReactiveOAuth2AuthorizationSuccessHandler> userRefresh(
			RefreshTokenReactiveOAuth2AuthorizedClientProvider provider) {
		return ClientInternals.hasField(provider, ClientInternals.SUCCESS_HANDLER)
				? Optional.of(successHandler(provider)) : Optional.empty();
	}

	/**
	 * Sets what {@link #userRefresh} returns, by reflection, as Spring Security 7.0 has
	 * no such method.
	 */
	static void setUserRefresh(RefreshTokenReactiveOAuth2AuthorizedClientProvider provider,
			ReactiveOAuth2AuthorizationSuccessHandler handler) {
		Method setter = ReflectionUtils.findMethod(provider.getClass(), SET_SUCCESS_HANDLER,
				ReactiveOAuth2AuthorizationSuccessHandler.class);
		if (setter != null) {
			ReflectionUtils.invokeMethod(setter, provider, handler);
		}
	}

	@SuppressWarnings("unchecked")
	static ReactiveOAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> tokenClient(
			RefreshTokenReactiveOAuth2AuthorizedClientProvider provider) {
		return require(provider, ClientInternals.TOKEN_CLIENT, ReactiveOAuth2AccessTokenResponseClient.class);
	}

	@SuppressWarnings("unchecked")
	static ReactiveOAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> tokenClient(
			ClientCredentialsReactiveOAuth2AuthorizedClientProvider provider) {
		return require(provider, ClientInternals.TOKEN_CLIENT, ReactiveOAuth2AccessTokenResponseClient.class);
	}

	private static <T> T require(Object target, String name, Class<T> valueType) {
		return ClientInternals.require(target.getClass(), name, target, valueType);
	}

	/**
	 * Lets a native image keep the fields.
	 */
	static class ReactiveHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			for (Class<?> manager : List.of(DefaultReactiveOAuth2AuthorizedClientManager.class,
					AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager.class)) {
				keep(hints, manager, ClientInternals.PROVIDER, ClientInternals.DEFAULT_PROVIDER,
						ClientInternals.FAILURE_HANDLER, ClientInternals.SUCCESS_HANDLER, ATTRIBUTES_MAPPER);
			}
			hints.proxies()
				.registerJdkProxy(
						AopProxyUtils.completeJdkProxyInterfaces(ReactiveOAuth2AuthorizedClientService.class));
			keep(hints, DelegatingReactiveOAuth2AuthorizedClientProvider.class, ClientInternals.PROVIDERS);
			keep(hints, RefreshTokenReactiveOAuth2AuthorizedClientProvider.class, ClientInternals.TOKEN_CLIENT,
					ClientInternals.SUCCESS_HANDLER);
			hints.reflection()
				.registerType(RefreshTokenReactiveOAuth2AuthorizedClientProvider.class,
						(type) -> type.withMethod(SET_SUCCESS_HANDLER,
								List.of(TypeReference.of(ReactiveOAuth2AuthorizationSuccessHandler.class)),
								ExecutableMode.INVOKE));
			keep(hints, ClientCredentialsReactiveOAuth2AuthorizedClientProvider.class, ClientInternals.TOKEN_CLIENT);
			keep(hints, AbstractWebClientReactiveOAuth2AccessTokenResponseClient.class,
					ClientInternals.HEADERS_CONVERTER, ClientInternals.PARAMETERS_CONVERTER,
					ClientInternals.PARAMETERS_CUSTOMIZER);
			keep(hints, ServerOAuth2AuthorizedClientExchangeFilterFunction.class, ClientInternals.MANAGER,
					ClientInternals.RESPONSE_HANDLER);
			keep(hints, ArgumentResolverConfigurer.class, CUSTOM_RESOLVERS);
			keep(hints, OAuth2AuthorizedClientArgumentResolver.class, ClientInternals.MANAGER);
			hints.reflection()
				.registerTypeIfPresent(classLoader,
						ServerOAuth2AuthorizedClientExchangeFilterFunction.class.getName()
								+ "$AuthorizationFailureForwarder",
						(type) -> type.withField(ClientInternals.FAILURE_HANDLER));
		}

		private static void keep(RuntimeHints hints, Class<?> type, String... fields) {
			ClientInternals.Hints.keep(hints, type, fields);
		}

	}

}
