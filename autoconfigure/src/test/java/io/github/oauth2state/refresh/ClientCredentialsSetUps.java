package io.github.oauth2state.refresh;

import java.util.List;
import java.util.Map;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.util.LinkedMultiValueMap;

/**
 * The ways in which users set up apps that obtain tokens by client credentials.
 */
final class ClientCredentialsSetUps {

	private ClientCredentialsSetUps() {
	}

	@Configuration(proxyBeanMethods = false)
	static class Tenants {

		@Bean
		OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> tokenClient() {
			RestClientClientCredentialsTokenResponseClient client = new RestClientClientCredentialsTokenResponseClient();
			client.addParametersConverter((request) -> {
				Authentication user = SecurityContextHolder.getContext().getAuthentication();
				return new LinkedMultiValueMap<>(
						Map.of("tenant", List.of("tenant-of-" + ((user != null) ? user.getName() : "none"))));
			});
			return client;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jobs {

		@Bean
		AuthorizedClientServiceOAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientService clients) {
			return new AuthorizedClientServiceOAuth2AuthorizedClientManager(registrations, clients);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Api {

		@Bean
		OAuth2ClientHttpRequestInterceptor interceptor(OAuth2AuthorizedClientManager manager,
				OAuth2AuthorizedClientService clients) {
			OAuth2ClientHttpRequestInterceptor interceptor = new OAuth2ClientHttpRequestInterceptor(manager);
			interceptor.setAuthorizationFailureHandler(
					OAuth2ClientHttpRequestInterceptor.authorizationFailureHandler(clients));
			return interceptor;
		}

	}

	/**
	 * Tokens are saved a while after they were obtained.
	 */
	@Configuration(proxyBeanMethods = false)
	static class SlowSaves {

		@Bean
		OAuth2AuthorizedClientService clients(ClientRegistrationRepository registrations) {
			InMemoryOAuth2AuthorizedClientService memory = new InMemoryOAuth2AuthorizedClientService(registrations);
			return new OAuth2AuthorizedClientService() {

				@Override
				@SuppressWarnings("TypeParameterUnusedInFormals")
				public <T extends OAuth2AuthorizedClient> T loadAuthorizedClient(String registrationId, String name) {
					return memory.loadAuthorizedClient(registrationId, name);
				}

				@Override
				public void saveAuthorizedClient(OAuth2AuthorizedClient client, Authentication principal) {
					Together.sleep(100);
					memory.saveAuthorizedClient(client, principal);
				}

				@Override
				public void removeAuthorizedClient(String registrationId, String name) {
					memory.removeAuthorizedClient(registrationId, name);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnService {

		@Bean
		InMemoryOAuth2AuthorizedClientService clients(ClientRegistrationRepository registrations) {
			return new InMemoryOAuth2AuthorizedClientService(registrations);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Sessions {

		@Bean
		OAuth2AuthorizedClientRepository repository() {
			return new HttpSessionOAuth2AuthorizedClientRepository();
		}

	}

}
