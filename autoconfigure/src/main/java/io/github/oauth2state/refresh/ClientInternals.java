package io.github.oauth2state.refresh;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientCredentialsOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.DelegatingOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.client.OAuth2AuthorizationSuccessHandler;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.AbstractRestClientOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.DefaultOAuth2TokenRequestHeadersConverter;
import org.springframework.security.oauth2.client.endpoint.DefaultOAuth2TokenRequestParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * Reads private state of Spring Security's managers and providers, which have setters for
 * it but no getters. {@link ReactiveClientInternals} does so for reactive apps, and no
 * other class of this package. Throws {@link IllegalStateException} if this version of
 * Spring Security does not have it.
 */
final class ClientInternals {

	static final String PROVIDER = "authorizedClientProvider";

	static final String PROVIDERS = "authorizedClientProviders";

	static final String DEFAULT_PROVIDER = "DEFAULT_AUTHORIZED_CLIENT_PROVIDER";

	static final String FAILURE_HANDLER = "authorizationFailureHandler";

	static final String SUCCESS_HANDLER = "authorizationSuccessHandler";

	static final String RESPONSE_HANDLER = "clientResponseHandler";

	static final String TOKEN_CLIENT = "accessTokenResponseClient";

	static final String EVENT_PUBLISHER = "applicationEventPublisher";

	static final String SET_FAILURE_HANDLER = "setAuthorizationFailureHandler";

	static final String MANAGER = "authorizedClientManager";

	static final String HEADERS_CONVERTER = "headersConverter";

	static final String PARAMETERS_CONVERTER = "parametersConverter";

	static final String PARAMETERS_CUSTOMIZER = "parametersCustomizer";

	private ClientInternals() {
	}

	/**
	 * Returns the provider of one of Spring Security's managers.
	 */
	static OAuth2AuthorizedClientProvider provider(Object manager) {
		return require(manager.getClass(), PROVIDER, manager, OAuth2AuthorizedClientProvider.class);
	}

	/**
	 * Tells whether a provider is the default one, which all managers in the JVM share.
	 */
	static boolean isJvmWide(OAuth2AuthorizedClientProvider provider) {
		return provider == read(DefaultOAuth2AuthorizedClientManager.class, DEFAULT_PROVIDER, null)
				|| provider == read(AuthorizedClientServiceOAuth2AuthorizedClientManager.class, DEFAULT_PROVIDER, null);
	}

	static OAuth2AuthorizationFailureHandler failureHandler(Object manager) {
		return require(manager.getClass(), FAILURE_HANDLER, manager, OAuth2AuthorizationFailureHandler.class);
	}

	static OAuth2AuthorizationSuccessHandler successHandler(Object manager) {
		return require(manager.getClass(), SUCCESS_HANDLER, manager, OAuth2AuthorizationSuccessHandler.class);
	}

	/**
	 * Returns the handler that a user of a manager calls when an API refuses a token.
	 * @return the handler, or empty if it has none
	 */
	static Optional<OAuth2AuthorizationFailureHandler> failureHandlerOfUser(Object user) {
		Object owner = hasField(user, RESPONSE_HANDLER) ? read(user.getClass(), RESPONSE_HANDLER, user) : user;
		return (owner != null && hasField(owner, FAILURE_HANDLER)) ? Optional.of(failureHandler(owner))
				: Optional.empty();
	}

	static boolean hasField(Object target, String name) {
		return ReflectionUtils.findField(target.getClass(), name) != null;
	}

	/**
	 * Sets what {@link #failureHandlerOfUser} returns, by reflection: an app need not
	 * have all of the classes.
	 */
	static void setFailureHandlerOfUser(Object user, OAuth2AuthorizationFailureHandler handler) {
		Method setter = ReflectionUtils.findMethod(user.getClass(), SET_FAILURE_HANDLER,
				OAuth2AuthorizationFailureHandler.class);
		if (setter != null) {
			ReflectionUtils.invokeMethod(setter, user, handler);
		}
	}

	@SuppressWarnings("unchecked")
	static List<OAuth2AuthorizedClientProvider> providers(DelegatingOAuth2AuthorizedClientProvider provider) {
		return require(DelegatingOAuth2AuthorizedClientProvider.class, PROVIDERS, provider, List.class);
	}

	@SuppressWarnings("unchecked")
	static OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> tokenClient(
			RefreshTokenOAuth2AuthorizedClientProvider provider) {
		return require(RefreshTokenOAuth2AuthorizedClientProvider.class, TOKEN_CLIENT, provider,
				OAuth2AccessTokenResponseClient.class);
	}

	@SuppressWarnings("unchecked")
	static OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> tokenClient(
			ClientCredentialsOAuth2AuthorizedClientProvider provider) {
		return require(ClientCredentialsOAuth2AuthorizedClientProvider.class, TOKEN_CLIENT, provider,
				OAuth2AccessTokenResponseClient.class);
	}

	/**
	 * Tells whether the requests of a token client depend on nothing but their client
	 * registration: it is one of Spring Security's, and the app has added no headers and
	 * no parameters. A {@code RestClient} or {@code WebClient} of the app is taken to add
	 * none either.
	 */
	static boolean sendsUsualRequests(Object tokenClient) {
		Class<?> type = tokenClient.getClass();
		return isOfSpringSecurity(tokenClient) && hasField(tokenClient, PARAMETERS_CUSTOMIZER)
				&& isOfSpringSecurity(read(type, PARAMETERS_CUSTOMIZER, tokenClient))
				&& read(type, HEADERS_CONVERTER, tokenClient) instanceof DefaultOAuth2TokenRequestHeadersConverter
				&& read(type, PARAMETERS_CONVERTER,
						tokenClient) instanceof DefaultOAuth2TokenRequestParametersConverter;
	}

	private static boolean isOfSpringSecurity(@Nullable Object object) {
		return object != null && object.getClass()
			.getPackageName()
			.equals(DefaultOAuth2TokenRequestParametersConverter.class.getPackageName());
	}

	static @Nullable ApplicationEventPublisher eventPublisher(RefreshTokenOAuth2AuthorizedClientProvider provider) {
		return (ApplicationEventPublisher) read(RefreshTokenOAuth2AuthorizedClientProvider.class, EVENT_PUBLISHER,
				provider);
	}

	/**
	 * Returns the manager that an object uses.
	 */
	static @Nullable Object manager(Object user) {
		return read(user.getClass(), MANAGER, user);
	}

	static <T> T require(Class<?> type, String name, Object target, Class<T> valueType) {
		Object value = read(type, name, target);
		if (!valueType.isInstance(value)) {
			throw new IllegalStateException("Field %s of %s is not a %s".formatted(name, type.getName(), valueType));
		}
		return valueType.cast(value);
	}

	/**
	 * Reads a field.
	 * @param target the object whose field it is, or {@code null} if it is static
	 * @return its value
	 * @throws IllegalStateException if this version of the class has no such field
	 */
	static @Nullable Object read(Class<?> type, String name, @Nullable Object target) {
		Field field = ReflectionUtils.findField(type, name);
		Assert.state(field != null, () -> type.getName() + " has no field " + name);
		ReflectionUtils.makeAccessible(field);
		return ReflectionUtils.getField(field, target);
	}

	/**
	 * Lets a native image keep the fields.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			for (Class<?> manager : List.of(DefaultOAuth2AuthorizedClientManager.class,
					AuthorizedClientServiceOAuth2AuthorizedClientManager.class)) {
				keep(hints, manager, PROVIDER, DEFAULT_PROVIDER, FAILURE_HANDLER, SUCCESS_HANDLER);
			}
			hints.proxies()
				.registerJdkProxy(AopProxyUtils.completeJdkProxyInterfaces(OAuth2AuthorizedClientService.class));
			keep(hints, DelegatingOAuth2AuthorizedClientProvider.class, PROVIDERS);
			keep(hints, RefreshTokenOAuth2AuthorizedClientProvider.class, TOKEN_CLIENT, EVENT_PUBLISHER);
			keep(hints, ClientCredentialsOAuth2AuthorizedClientProvider.class, TOKEN_CLIENT);
			keep(hints, AbstractRestClientOAuth2AccessTokenResponseClient.class, HEADERS_CONVERTER,
					PARAMETERS_CONVERTER, PARAMETERS_CUSTOMIZER);
			for (String user : ManagerFinder.MANAGER_USERS) {
				hints.reflection()
					.registerTypeIfPresent(classLoader, user,
							(type) -> type.withField(MANAGER)
								.withField(FAILURE_HANDLER)
								.withField(RESPONSE_HANDLER)
								.withMethod(SET_FAILURE_HANDLER,
										List.of(TypeReference.of(OAuth2AuthorizationFailureHandler.class)),
										ExecutableMode.INVOKE));
			}
			hints.reflection()
				.registerTypeIfPresent(classLoader,
						ManagerFinder.MANAGER_USERS.get(0) + "$AuthorizationFailureForwarder",
						(type) -> type.withField(FAILURE_HANDLER));
		}

		static void keep(RuntimeHints hints, Class<?> type, String... fields) {
			hints.reflection().registerType(type, (hint) -> List.of(fields).forEach(hint::withField));
		}

	}

}
