package io.github.oauth2state.refresh;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.servlet.OAuth2ClientWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.security.oauth2.client.web.client.RequestAttributeClientRegistrationIdResolver;
import org.springframework.web.client.RestClient;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

/**
 * A servlet app with OAuth 2.0 clients and the library, and what its code does.
 */
final class TestApp {

	private TestApp() {
	}

	static WebApplicationContextRunner runner() {
		return new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(
				OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class, TokensAutoConfiguration.class,
				RefreshStrategyAutoConfiguration.class, RefreshAutoConfiguration.class, RefusalAutoConfiguration.class,
				OAuth2ClientAutoConfiguration.class, OAuth2ClientWebSecurityAutoConfiguration.class,
				SecurityAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class,
				WebMvcAutoConfiguration.class, DispatcherServletAutoConfiguration.class));
	}

	/**
	 * The properties of a client.
	 */
	static String[] registration(String id, String grant, TokenEndpoint endpoint) {
		String registration = "spring.security.oauth2.client.registration." + id;
		String provider = "spring.security.oauth2.client.provider." + id;
		return new String[] { registration + ".client-id=app", registration + ".client-secret=secret",
				registration + ".authorization-grant-type=" + grant,
				registration + ".redirect-uri={baseUrl}/login/oauth2/code/{registrationId}",
				provider + ".authorization-uri=http://idp.example/authorize",
				provider + ".token-uri=" + endpoint.uri("/token"), provider + ".user-info-uri=http://idp.example/me",
				provider + ".user-name-attribute=sub" };
	}

	/**
	 * Asks a manager for tokens.
	 */
	static String authorize(OAuth2AuthorizedClientManager manager, String registration, Authentication principal,
			MockHttpServletRequest request) {
		return manager
			.authorize(OAuth2AuthorizeRequest.withClientRegistrationId(registration)
				.principal(principal)
				.attribute(HttpServletRequest.class.getName(), request)
				.attribute(HttpServletResponse.class.getName(), new MockHttpServletResponse())
				.build())
			.getAccessToken()
			.getTokenValue();
	}

	static String authorize(OAuth2AuthorizedClientManager manager, String registration, Authentication principal) {
		return authorize(manager, registration, principal, new MockHttpServletRequest());
	}

	/**
	 * Calls an API with the app's interceptor.
	 */
	static String callApi(ApplicationContext context, String registration, TokenEndpoint endpoint) {
		return RestClient.builder()
			.requestFactory(new JdkClientHttpRequestFactory())
			.requestInterceptor(context.getBean(OAuth2ClientHttpRequestInterceptor.class))
			.build()
			.get()
			.uri(endpoint.uri("/resource"))
			.attributes(RequestAttributeClientRegistrationIdResolver.clientRegistrationId(registration))
			.retrieve()
			.body(String.class);
	}

}
