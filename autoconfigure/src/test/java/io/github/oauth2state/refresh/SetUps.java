package io.github.oauth2state.refresh;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.event.OAuth2AuthorizedClientRefreshedEvent;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.security.oauth2.client.web.reactive.function.client.ServletOAuth2AuthorizedClientExchangeFilterFunction;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The ways in which users set up the clients of their apps.
 */
final class SetUps {

	private SetUps() {
	}

	private static AuthorizedClientServiceOAuth2AuthorizedClientManager serviceManager(
			ClientRegistrationRepository registrations, OAuth2AuthorizedClientService clients) {
		AuthorizedClientServiceOAuth2AuthorizedClientManager manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(
				registrations, clients);
		manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
			.authorizationCode()
			.refreshToken()
			.clientCredentials()
			.build());
		return manager;
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDefaultManager {

		@Bean
		DefaultOAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients) {
			return new DefaultOAuth2AuthorizedClientManager(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnServiceManager {

		@Bean
		AuthorizedClientServiceOAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientService clients) {
			return serviceManager(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoManagers {

		@Bean
		DefaultOAuth2AuthorizedClientManager first(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients) {
			return new DefaultOAuth2AuthorizedClientManager(registrations, clients);
		}

		@Bean
		AuthorizedClientServiceOAuth2AuthorizedClientManager second(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientService clients) {
			return serviceManager(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ProxiedManager {

		@Bean
		OAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients) {
			return (OAuth2AuthorizedClientManager) new ProxyFactory(
					new DefaultOAuth2AuthorizedClientManager(registrations, clients))
				.getProxy();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AnnotatedParameter {

		@Bean
		Page page() {
			return new Page();
		}

	}

	@RestController
	static class Page {

		@GetMapping("/client")
		String client(@RegisteredOAuth2AuthorizedClient("idp") OAuth2AuthorizedClient client) {
			return client.getAccessToken().getTokenValue();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WebClientFilter {

		@Bean
		ServletOAuth2AuthorizedClientExchangeFilterFunction filter(OAuth2AuthorizedClientManager manager) {
			return new ServletOAuth2AuthorizedClientExchangeFilterFunction(manager);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WebClientFilterWithManagerOfItsOwn {

		@Bean
		ServletOAuth2AuthorizedClientExchangeFilterFunction filter(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients) {
			return new ServletOAuth2AuthorizedClientExchangeFilterFunction(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RestClientInterceptor {

		@Bean
		OAuth2ClientHttpRequestInterceptor interceptor(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientService clients) {
			return new OAuth2ClientHttpRequestInterceptor(serviceManager(registrations, clients));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTokenClient {

		static final List<String> calls = new CopyOnWriteArrayList<>();

		@Bean
		OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> tokenClient() {
			StrictProvider provider = new StrictProvider();
			provider.strict = false;
			return (request) -> {
				calls.add("called");
				return provider.getTokenResponse(new OAuth2RefreshTokenGrantRequest(request.getClientRegistration(),
						request.getAccessToken(), new OAuth2RefreshToken("own.0", null), Set.of()));
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnProvider {

		@Bean
		OAuth2AuthorizedClientProvider provider() {
			return OAuth2AuthorizedClientProviderBuilder.builder().authorizationCode().refreshToken().build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandlers {

		static final List<String> calls = new CopyOnWriteArrayList<>();

		@Bean
		Consumer<DefaultOAuth2AuthorizedClientManager> handlers(OAuth2AuthorizedClientService clients) {
			return (manager) -> {
				manager.setAuthorizationSuccessHandler((client, principal, attributes) -> {
					calls.add("success");
					clients.saveAuthorizedClient(client, principal);
				});
				manager.setAuthorizationFailureHandler((exception, principal, attributes) -> calls
					.add("failure " + exception.getError().getErrorCode()));
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Events {

		static final List<OAuth2AuthorizedClientRefreshedEvent> received = new CopyOnWriteArrayList<>();

		@Bean
		ApplicationListener<OAuth2AuthorizedClientRefreshedEvent> listener() {
			return received::add;
		}

	}

	/**
	 * As spring-addons has it: a provider for each registration, behind one of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	static class ProviderPerRegistration {

		@Bean
		OAuth2AuthorizedClientProvider provider() {
			return new PerRegistration();
		}

		@Bean
		DefaultOAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients, OAuth2AuthorizedClientProvider provider) {
			DefaultOAuth2AuthorizedClientManager manager = new DefaultOAuth2AuthorizedClientManager(registrations,
					clients);
			manager.setAuthorizedClientProvider(provider);
			return manager;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyBeans {

		static final AtomicInteger created = new AtomicInteger();

		@Bean
		@Scope("prototype")
		Tenant tenant() {
			return new Tenant("number " + created.incrementAndGet());
		}

		@Bean
		OAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients, ObjectProvider<Tenant> tenants) {
			return new OfTenant(new DefaultOAuth2AuthorizedClientManager(registrations, clients), tenants);
		}

	}

	private record Tenant(String name) {
	}

	private record OfTenant(DefaultOAuth2AuthorizedClientManager delegate,
			ObjectProvider<Tenant> tenants) implements OAuth2AuthorizedClientManager {

		@Override
		public OAuth2AuthorizedClient authorize(OAuth2AuthorizeRequest request) {
			return this.delegate.authorize(request);
		}

	}

	private static final class PerRegistration implements OAuth2AuthorizedClientProvider {

		private final Map<String, List<OAuth2AuthorizedClientProvider>> providers = Map.of("idp",
				List.of(OAuth2AuthorizedClientProviderBuilder.builder().refreshToken().build()), "machine",
				List.of(OAuth2AuthorizedClientProviderBuilder.builder().refreshToken().clientCredentials().build()));

		@Override
		public OAuth2AuthorizedClient authorize(OAuth2AuthorizationContext context) {
			return this.providers.get(context.getClientRegistration().getRegistrationId()).get(0).authorize(context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ManagerBehindALambda {

		@Bean
		OAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients) {
			OAuth2AuthorizedClientManager delegate = new DefaultOAuth2AuthorizedClientManager(registrations, clients);
			return (request) -> delegate.authorize(request);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UnknownProvider {

		@Bean
		DefaultOAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients) {
			DefaultOAuth2AuthorizedClientManager manager = new DefaultOAuth2AuthorizedClientManager(registrations,
					clients);
			manager.setAuthorizedClientProvider((context) -> null);
			return manager;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UnknownManager {

		@Bean
		OAuth2AuthorizedClientManager manager() {
			return (request) -> null;
		}

	}

}
