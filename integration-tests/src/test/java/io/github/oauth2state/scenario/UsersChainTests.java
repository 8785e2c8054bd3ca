package io.github.oauth2state.scenario;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.DefaultServerRedirectStrategy;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerRedirectStrategy;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A filter chain of the user's own: begin path, handlers, attributes, posted callbacks.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
class UsersChainTests {

	private static final Map<String, Object> ATTRIBUTES = Map.of("tenant", "acme", "ids", List.of(1, 2L), "trace",
			UUID.fromString("b3f1c1de-6d2a-4c38-9b1c-0f2a5a0c9c11"), "locale", Locale.CANADA_FRENCH);

	private static final List<String> handled = new CopyOnWriteArrayList<>();

	private static Instance instance;

	private final Stack stack;

	private final Cluster cluster;

	private final Browser browser = Browser.overHttps();

	UsersChainTests(Stack stack) {
		this.stack = stack;
		this.cluster = Cluster.shared(stack);
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack) {
		instance = Cluster.shared(stack).start(Chain.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		instance.close();
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
		instance.takeOutcomes();
		handled.clear();
	}

	@Test
	void recordThatAClientPutTwiceIsTheOneOfTheLogin() {
		this.cluster.store.setRepeating(true);
		try {
			String callback = this.browser.begin(instance, "/go/idp");
			assertThat(this.browser.open(instance, callback).location()).endsWith("/home");
			assertThat(instance.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
		}
		finally {
			this.cluster.store.setRepeating(false);
		}
	}

	@Test
	void successHandlerIsCalledOnceThoughTheCallbackComesTwice() {
		String callback = this.browser.begin(instance, "/go/idp");
		assertThat(this.browser.open(instance, callback).location()).endsWith("/home");
		assertThat(this.browser.open(instance, callback).location()).isEqualTo("https://app.example/");
		assertThat(handled).containsExactly("success alice");
	}

	@Test
	void lostLoginBeginsAnewWhereItBeganWithItsQuery() {
		String callback = this.browser.begin(instance, "/go/idp?tenant=acme");
		this.cluster.store.clear();
		assertThat(this.browser.open(instance, callback).location())
			.isEqualTo("https://app.example/go/idp?tenant=acme");
		assertThat(handled).isEmpty();
	}

	@Test
	void foreignCallbackReachesTheFailureHandler() {
		String callback = this.browser.begin(instance, "/go/idp");
		Browser.overHttps().open(instance, callback);
		assertThat(handled).containsExactly("failure authorization_request_not_found");
	}

	@Test
	void postedCallbackNeedsNoCsrfTokenAndItsCookieIsSentAcrossSites() {
		Browser.Page begun = this.browser.open(instance, "/go/idp?post");
		assertThat(begun.setCookies()).singleElement().asString().contains("; SameSite=None", "; Secure");
		String[] callback = callback(begun).split("\\?", 2);
		this.browser.post(instance, callback[0], callback[1]);
		assertThat(handled).containsExactly("success alice");
		assertThat(instance.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
	}

	@Test
	void postWithoutMarkOrToAnotherPathOrOfAnOrdinaryLoginStillNeedsTheCsrfToken() {
		String[] posted = callback(this.browser.open(instance, "/go/idp?post")).split("\\?", 2);
		String[] ordinary = this.browser.begin(instance, "/go/idp").split("\\?", 2);
		this.cluster.store.takeOperations();
		Browser.overHttps().post(instance, posted[0], posted[1]);
		this.browser.post(instance, "/page", posted[1]);
		this.browser.post(instance, ordinary[0], ordinary[1]);
		assertThat(this.cluster.store.takeOperations()).isEmpty();
		assertThat(this.cluster.idp.takeTokenCalls()).isZero();
		assertThat(handled).isEmpty();
	}

	private String callback(Browser.Page begun) {
		String callback = this.browser.send(instance, begun.location().replace("&response_mode=form_post", ""), null)
			.location();
		assertThat(callback).isNotNull();
		return callback;
	}

	/**
	 * The session of a servlet app may still find it.
	 */
	@Test
	void postedCallbackOverPlainHttpIsNotExpectedInTheStore() {
		Browser plain = Browser.overHttp();
		String location = String.valueOf(plain.open(instance, "/go/idp?post").location());
		assertThat(location.contains("/oauth2/authorize")).isEqualTo(this.stack == Stack.SERVLET);
		assertThat(this.cluster.store.takeOperations()).isEmpty();
	}

	@Test
	void attributesOfTheUsersOwnComeBack() {
		this.browser.open(instance, this.browser.begin(instance, "/go/idp"));
		assertThat(Chain.restored.getAttributes()).containsAllEntriesOf(ATTRIBUTES);
	}

	@Configuration(proxyBeanMethods = false)
	static class Chain {

		private static volatile OAuth2AuthorizationRequest restored;

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login((login) -> login
					.authorizationEndpoint((endpoint) -> endpoint.authorizationRequestResolver(resolver(registrations)))
					.successHandler((request, response, authentication) -> {
						handled.add("success " + authentication.getName());
						response.sendRedirect("/home");
					})
					.failureHandler((request, response, failure) -> {
						handled.add("failure " + ((OAuth2AuthenticationException) failure).getError().getErrorCode());
						response.sendRedirect("/failed");
					})
					.withObjectPostProcessor(new ObjectPostProcessor<OAuth2LoginAuthenticationFilter>() {
						@Override
						public <O extends OAuth2LoginAuthenticationFilter> O postProcess(O filter) {
							filter.setAuthenticationResultConverter(Chain::convert);
							return filter;
						}
					}))
				.build();
		}

		private static OAuth2AuthenticationToken convert(OAuth2LoginAuthenticationToken token) {
			restored = token.getAuthorizationExchange().getAuthorizationRequest();
			return new OAuth2AuthenticationToken(token.getPrincipal(), token.getAuthorities(),
					token.getClientRegistration().getRegistrationId());
		}

		private static OAuth2AuthorizationRequestResolver resolver(ClientRegistrationRepository registrations) {
			DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
					registrations, "/go");
			resolver
				.setAuthorizationRequestCustomizer((request) -> request.attributes((all) -> all.putAll(ATTRIBUTES)));
			return RequestChange.POSTED_CALLBACK.on(resolver);
		}

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http,
				ReactiveClientRegistrationRepository registrations) {
			ServerRedirectStrategy redirect = new DefaultServerRedirectStrategy();
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login((login) -> login.authorizationRequestResolver(reactiveResolver(registrations))
					.authenticationSuccessHandler((exchange, authentication) -> {
						handled.add("success " + authentication.getName());
						return redirect.sendRedirect(exchange.getExchange(), URI.create("/home"));
					})
					.authenticationFailureHandler((exchange, failure) -> {
						handled.add("failure " + ((OAuth2AuthenticationException) failure).getError().getErrorCode());
						return redirect.sendRedirect(exchange.getExchange(), URI.create("/failed"));
					}))
				.build();
		}

		/**
		 * Notes the request of a login that is taken up again, as the converter of
		 * servlet apps does.
		 */
		@Bean
		@InReactiveApp
		ReactiveOAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> tokens() {
			WebClientReactiveAuthorizationCodeTokenResponseClient client = new WebClientReactiveAuthorizationCodeTokenResponseClient();
			return (request) -> {
				restored = request.getAuthorizationExchange().getAuthorizationRequest();
				return client.getTokenResponse(request);
			};
		}

		private static ServerOAuth2AuthorizationRequestResolver reactiveResolver(
				ReactiveClientRegistrationRepository registrations) {
			DefaultServerOAuth2AuthorizationRequestResolver resolver = new DefaultServerOAuth2AuthorizationRequestResolver(
					registrations, ServerWebExchangeMatchers.pathMatchers("/go/{registrationId}"));
			resolver
				.setAuthorizationRequestCustomizer((request) -> request.attributes((all) -> all.putAll(ATTRIBUTES)));
			return RequestChange.POSTED_CALLBACK.on(resolver);
		}

	}

}
