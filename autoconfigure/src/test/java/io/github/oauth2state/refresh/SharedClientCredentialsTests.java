package io.github.oauth2state.refresh;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.endpoint.DefaultOAuth2TokenRequestHeadersConverter;
import org.springframework.security.oauth2.client.endpoint.DefaultOAuth2TokenRequestParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

import io.github.oauth2state.StateStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which tokens by client credentials are shared if the app does not say so. Two
 * principals ask for them, and everything but the token client lets them share.
 */
@ExtendWith(OutputCaptureExtension.class)
class SharedClientCredentialsTests {

	private static final String SHARED = "oauth2-state.refresh.client-credentials=true";

	private static final String NOT_SHARED = "oauth2-state.refresh.client-credentials=false";

	private final TokenEndpoint endpoint = new TokenEndpoint();

	private final WebApplicationContextRunner bare = TestApp.runner()
		.withBean(StateStore.class, SpiedStore::new)
		.withPropertyValues("oauth2-state.refresh.key-scope=registration")
		.withPropertyValues(TestApp.registration("machine", "client_credentials", this.endpoint));

	private final ReactiveWebApplicationContextRunner bareReactive = ReactiveTestApp.runner()
		.withBean(StateStore.class, SpiedStore::new)
		.withPropertyValues("oauth2-state.refresh.key-scope=registration")
		.withPropertyValues(TestApp.registration("machine", "client_credentials", this.endpoint));

	@AfterEach
	void close() {
		this.endpoint.close();
	}

	@Test
	void tokensOfTheUsualTokenClientAreShared(CapturedOutput output) {
		this.bare.run((context) -> assertCalls(context, 1));
		this.bareReactive.run((context) -> assertCalls(context, 1));
		assertThat(output).doesNotContain("by client credentials for each request");
	}

	@ParameterizedTest
	@EnumSource(TokenClient.class)
	void tokensOfOtherTokenClientsAreSharedIfTheirRequestsCannotDiffer(TokenClient client, CapturedOutput output) {
		int calls = client.usual ? 1 : 2;
		runner(client).run((context) -> assertCalls(context, calls));
		reactiveRunner(client).run((context) -> assertCalls(context, calls));
		assertThat(output.getOut().split("by client credentials for each request", -1)).hasSize(client.usual ? 1 : 3);
	}

	@ParameterizedTest
	@EnumSource(TokenClient.class)
	void appDecides(TokenClient client, CapturedOutput output) {
		runner(client).withPropertyValues(SHARED).run((context) -> assertCalls(context, 1));
		reactiveRunner(client).withPropertyValues(SHARED).run((context) -> assertCalls(context, 1));
		runner(client).withPropertyValues(NOT_SHARED).run((context) -> assertCalls(context, 2));
		reactiveRunner(client).withPropertyValues(NOT_SHARED).run((context) -> assertCalls(context, 2));
		assertThat(output).doesNotContain("by client credentials for each request");
	}

	@Test
	void tokenClientThatTheAppWroteIsNotTrusted() {
		this.bare.withBean(OwnTokenClient.class).run((context) -> assertCalls(context, 2));
		this.bareReactive.withBean(OwnReactiveTokenClient.class).run((context) -> assertCalls(context, 2));
	}

	private WebApplicationContextRunner runner(TokenClient client) {
		return this.bare.withBean(RestClientClientCredentialsTokenResponseClient.class, () -> {
			RestClientClientCredentialsTokenResponseClient made = new RestClientClientCredentialsTokenResponseClient();
			client.servlet.accept(made);
			return made;
		});
	}

	private ReactiveWebApplicationContextRunner reactiveRunner(TokenClient client) {
		return this.bareReactive.withBean(WebClientReactiveClientCredentialsTokenResponseClient.class, () -> {
			WebClientReactiveClientCredentialsTokenResponseClient made = new WebClientReactiveClientCredentialsTokenResponseClient();
			client.reactive.accept(made);
			return made;
		});
	}

	private void assertCalls(ApplicationContext context, int calls) {
		for (String user : List.of("alice", "bob")) {
			if (context.getBeanNamesForType(OAuth2AuthorizedClientManager.class).length > 0) {
				assertThat(TestApp.authorize(context.getBean(OAuth2AuthorizedClientManager.class), "machine",
						new TestingAuthenticationToken(user, "none", "ROLE_USER")))
					.isNotNull();
			}
			else {
				assertThat(ReactiveTestApp
					.authorize(context.getBean(ReactiveOAuth2AuthorizedClientManager.class), "machine", user)
					.block()).isNotNull();
			}
		}
		assertThat(this.endpoint.takeCalls()).hasSize(calls);
	}

	private static RestClient ownHttpClient() {
		return RestClient.builder()
			.configureMessageConverters((converters) -> converters.addCustomConverter(new FormHttpMessageConverter())
				.addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
			.build();
	}

	private static MultiValueMap<String, String> tenant() {
		return new LinkedMultiValueMap<>(Map.of("tenant", List.of("one")));
	}

	private static HttpHeaders tenantHeader() {
		HttpHeaders headers = new HttpHeaders();
		headers.add("Tenant", "one");
		return headers;
	}

	/**
	 * What an app does with Spring Security's token client.
	 */
	@SuppressWarnings("ImmutableEnumChecker")
	enum TokenClient {

		UNCHANGED(true, (client) -> {
		}, (client) -> {
		}),

		OWN_HTTP_CLIENT(true, (client) -> client.setRestClient(ownHttpClient()),
				(client) -> client.setWebClient(WebClient.create())),

		CONVERTERS_OF_SPRING_SECURITY(true, (client) -> {
			client.setHeadersConverter(new DefaultOAuth2TokenRequestHeadersConverter<>());
			client.setParametersConverter(new DefaultOAuth2TokenRequestParametersConverter<>());
		}, (client) -> {
			client.setHeadersConverter(new DefaultOAuth2TokenRequestHeadersConverter<>());
			client.setParametersConverter(new DefaultOAuth2TokenRequestParametersConverter<>());
		}),

		MORE_PARAMETERS(false, (client) -> client.addParametersConverter((request) -> tenant()),
				(client) -> client.addParametersConverter((request) -> tenant())),

		OTHER_PARAMETERS(false, (client) -> client.setParametersConverter((request) -> tenant()),
				(client) -> client.setParametersConverter((request) -> tenant())),

		CHANGED_PARAMETERS(false,
				(client) -> client.setParametersCustomizer((parameters) -> parameters.add("tenant", "one")),
				(client) -> client.setParametersCustomizer((parameters) -> parameters.add("tenant", "one"))),

		MORE_HEADERS(false, (client) -> client.addHeadersConverter((request) -> tenantHeader()),
				(client) -> client.addHeadersConverter((request) -> tenantHeader())),

		OTHER_HEADERS(false, (client) -> client.setHeadersConverter((request) -> tenantHeader()),
				(client) -> client.setHeadersConverter((request) -> tenantHeader()));

		private final boolean usual;

		private final Consumer<RestClientClientCredentialsTokenResponseClient> servlet;

		private final Consumer<WebClientReactiveClientCredentialsTokenResponseClient> reactive;

		TokenClient(boolean usual, Consumer<RestClientClientCredentialsTokenResponseClient> servlet,
				Consumer<WebClientReactiveClientCredentialsTokenResponseClient> reactive) {
			this.usual = usual;
			this.servlet = servlet;
			this.reactive = reactive;
		}

	}

	static class OwnTokenClient implements OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> {

		@Override
		public OAuth2AccessTokenResponse getTokenResponse(OAuth2ClientCredentialsGrantRequest request) {
			return new RestClientClientCredentialsTokenResponseClient().getTokenResponse(request);
		}

	}

	static class OwnReactiveTokenClient
			implements ReactiveOAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> {

		@Override
		public Mono<OAuth2AccessTokenResponse> getTokenResponse(OAuth2ClientCredentialsGrantRequest request) {
			return new WebClientReactiveClientCredentialsTokenResponseClient().getTokenResponse(request);
		}

	}

}
