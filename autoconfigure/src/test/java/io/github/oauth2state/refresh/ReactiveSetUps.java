package io.github.oauth2state.refresh;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.reactive.function.client.ServerOAuth2AuthorizedClientExchangeFilterFunction;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/**
 * The ways in which users set up the clients of their reactive apps.
 */
final class ReactiveSetUps {

	private ReactiveSetUps() {
	}

	private static AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager serviceManager(
			ReactiveClientRegistrationRepository registrations, ReactiveOAuth2AuthorizedClientService clients) {
		AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager manager = new AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager(
				registrations, clients);
		manager.setAuthorizedClientProvider(
				ReactiveOAuth2AuthorizedClientProviderBuilder.builder().refreshToken().clientCredentials().build());
		return manager;
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDefaultManager {

		@Bean
		DefaultReactiveOAuth2AuthorizedClientManager manager(ReactiveClientRegistrationRepository registrations,
				ServerOAuth2AuthorizedClientRepository clients) {
			return new DefaultReactiveOAuth2AuthorizedClientManager(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnServiceManager {

		@Bean
		AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager manager(
				ReactiveClientRegistrationRepository registrations, ReactiveOAuth2AuthorizedClientService clients) {
			return serviceManager(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoManagers {

		@Bean
		DefaultReactiveOAuth2AuthorizedClientManager first(ReactiveClientRegistrationRepository registrations,
				ServerOAuth2AuthorizedClientRepository clients) {
			return new DefaultReactiveOAuth2AuthorizedClientManager(registrations, clients);
		}

		@Bean
		AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager second(
				ReactiveClientRegistrationRepository registrations, ReactiveOAuth2AuthorizedClientService clients) {
			return serviceManager(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AnnotatedParameter {

		@Bean
		ReactivePage page() {
			return new ReactivePage();
		}

	}

	@RestController
	static class ReactivePage {

		@GetMapping("/client")
		Mono<String> client(@RegisteredOAuth2AuthorizedClient("idp") OAuth2AuthorizedClient client) {
			return Mono.just(client.getAccessToken().getTokenValue());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ProxiedManager {

		@Bean
		ReactiveOAuth2AuthorizedClientManager manager(ReactiveClientRegistrationRepository registrations,
				ServerOAuth2AuthorizedClientRepository clients) {
			return (ReactiveOAuth2AuthorizedClientManager) new ProxyFactory(
					new DefaultReactiveOAuth2AuthorizedClientManager(registrations, clients))
				.getProxy();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WebClientFilter {

		@Bean
		ServerOAuth2AuthorizedClientExchangeFilterFunction filter(ReactiveOAuth2AuthorizedClientManager manager) {
			return new ServerOAuth2AuthorizedClientExchangeFilterFunction(manager);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WebClientFilterWithManagerOfItsOwn {

		@Bean
		ServerOAuth2AuthorizedClientExchangeFilterFunction filter(ReactiveClientRegistrationRepository registrations,
				ServerOAuth2AuthorizedClientRepository clients) {
			return new ServerOAuth2AuthorizedClientExchangeFilterFunction(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTokenClient {

		static final List<String> calls = new CopyOnWriteArrayList<>();

		@Bean
		ReactiveOAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> tokenClient() {
			StrictProvider provider = new StrictProvider();
			provider.strict = false;
			return (request) -> Mono.fromCallable(() -> {
				calls.add("called");
				return provider.getTokenResponse(new OAuth2RefreshTokenGrantRequest(request.getClientRegistration(),
						request.getAccessToken(), new OAuth2RefreshToken("own.0", null), Set.of()));
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnProvider {

		@Bean
		ReactiveOAuth2AuthorizedClientProvider provider() {
			return ReactiveOAuth2AuthorizedClientProviderBuilder.builder().authorizationCode().refreshToken().build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandlers {

		static final List<String> calls = new CopyOnWriteArrayList<>();

		@Bean
		Consumer<DefaultReactiveOAuth2AuthorizedClientManager> handlers(ReactiveOAuth2AuthorizedClientService clients) {
			return (manager) -> {
				manager.setAuthorizationSuccessHandler((client, principal, attributes) -> {
					calls.add("success " + attributes.keySet());
					return clients.saveAuthorizedClient(client, principal);
				});
				manager.setAuthorizationFailureHandler((exception, principal, attributes) -> Mono
					.fromRunnable(() -> calls.add("failure " + exception.getError().getErrorCode())));
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ManagerBehindALambda {

		@Bean
		ReactiveOAuth2AuthorizedClientManager manager(ReactiveClientRegistrationRepository registrations,
				ServerOAuth2AuthorizedClientRepository clients) {
			ReactiveOAuth2AuthorizedClientManager delegate = new DefaultReactiveOAuth2AuthorizedClientManager(
					registrations, clients);
			return (request) -> delegate.authorize(request);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UnknownManager {

		@Bean
		ReactiveOAuth2AuthorizedClientManager manager() {
			return (request) -> Mono.empty();
		}

	}

}
