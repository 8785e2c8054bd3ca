package io.github.oauth2state.refresh;

import java.util.List;
import java.util.function.BiFunction;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.client.AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.RefreshTokenReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.web.DefaultReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.reactive.function.client.ServerOAuth2AuthorizedClientExchangeFilterFunction;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ServerWebExchange;

import io.github.oauth2state.StateStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The managers, providers and filter functions of reactive apps that are coordinated.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveManagerCoordinatorTests {

	private final TokenEndpoint endpoint = new TokenEndpoint();

	private final SpiedStore store = new SpiedStore();

	private final ReactiveWebApplicationContextRunner runner = ReactiveTestApp.runner()
		.withBean(StateStore.class, () -> this.store)
		.withPropertyValues(TestApp.registration("idp", "authorization_code", this.endpoint))
		.withPropertyValues(TestApp.registration("machine", "client_credentials", this.endpoint));

	@AfterEach
	void close() {
		this.endpoint.close();
	}

	@Test
	void managerOfSpringSecurityIsCoordinated() {
		assertCoordinated(ReactiveManagerCoordinatorTests::authorize);
	}

	@Test
	void managerThatTheAppDeclaresIsCoordinatedAndKeepsItsClass() {
		assertCoordinated((context, user) -> {
			assertThat(context.getBean(DefaultReactiveOAuth2AuthorizedClientManager.class)).isNotNull();
			return authorize(context, user);
		}, ReactiveSetUps.OwnDefaultManager.class);
	}

	@Test
	void managerOfTheClientServiceIsCoordinatedAndKeepsItsClass() {
		assertCoordinated((context, user) -> {
			assertThat(context.getBean(AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager.class)).isNotNull();
			return authorize(context, user);
		}, ReactiveSetUps.OwnServiceManager.class);
	}

	@Test
	void managerBehindAProxyIsCoordinated() {
		assertCoordinated(ReactiveManagerCoordinatorTests::authorize, ReactiveSetUps.ProxiedManager.class);
	}

	@Test
	void managerBehindALambdaIsCoordinated(CapturedOutput output) {
		assertCoordinated(ReactiveManagerCoordinatorTests::authorize, ReactiveSetUps.ManagerBehindALambda.class);
		assertThat(output).doesNotContain("without coordination");
	}

	@Test
	void bothOfTwoManagersAreCoordinated() {
		for (String manager : List.of("first", "second")) {
			assertCoordinated((context, user) -> ReactiveTestApp
				.authorize(context.getBean(manager, ReactiveOAuth2AuthorizedClientManager.class), "idp", user)
				.block(), ReactiveSetUps.TwoManagers.class);
		}
	}

	@Test
	void annotatedParameterIsCoordinated() {
		assertCoordinated(ReactiveManagerCoordinatorTests::byAnnotation, ReactiveSetUps.AnnotatedParameter.class);
	}

	@Test
	void annotatedParameterIsCoordinatedThoughItsManagerIsNoBean() {
		assertCoordinated(ReactiveManagerCoordinatorTests::byAnnotation, ReactiveSetUps.AnnotatedParameter.class,
				ReactiveSetUps.TwoManagers.class);
	}

	@Test
	void webClientIsCoordinated() {
		assertCoordinated(this::byWebClient, ReactiveSetUps.WebClientFilter.class);
	}

	@Test
	void webClientIsCoordinatedThoughItsFilterMakesItsOwnManager() {
		assertCoordinated(this::byWebClient, ReactiveSetUps.WebClientFilterWithManagerOfItsOwn.class);
	}

	@Test
	void tokenClientThatTheAppDeclaresMakesTheCall() {
		ReactiveSetUps.OwnTokenClient.calls.clear();
		assertCoordinated(ReactiveManagerCoordinatorTests::authorize, ReactiveSetUps.OwnTokenClient.class);
		assertThat(ReactiveSetUps.OwnTokenClient.calls).containsExactly("called");
	}

	@Test
	void providerThatTheAppDeclaresIsCoordinated() {
		assertCoordinated(ReactiveManagerCoordinatorTests::authorize, ReactiveSetUps.OwnProvider.class);
	}

	@Test
	void handlersOfTheAppAreCalledOnceWithTheExchange() {
		ReactiveSetUps.OwnHandlers.calls.clear();
		String success = "success [" + ServerWebExchange.class.getName() + "]";
		this.runner.withUserConfiguration(ReactiveSetUps.OwnHandlers.class).run((context) -> {
			ReactiveTestApp.save(context, "alice", "token");
			authorize(context, "alice");
			assertThat(ReactiveSetUps.OwnHandlers.calls).containsExactly(success);
			ReactiveTestApp.save(context, "alice", "token");
			this.store.forget();
			assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> authorize(context, "alice"))
				.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant"))
				.satisfies((ex) -> assertThat(ex.getClientRegistrationId()).isEqualTo("idp"));
			assertThat(ReactiveSetUps.OwnHandlers.calls).containsExactly(success, "failure invalid_grant");
		});
	}

	@Test
	void clientIsRemovedWhenItsTokenIsRefusedAndKeptWhenTheProviderFails() {
		this.runner.run((context) -> {
			ReactiveTestApp.save(context, "alice", "token");
			this.endpoint.status = 503;
			assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> authorize(context, "alice"));
			assertThat(ReactiveTestApp.load(context, "alice")).isNotNull();
			this.store.forget();
			this.endpoint.status = 200;
			authorize(context, "alice");
			ReactiveTestApp.save(context, "alice", "token");
			this.store.forget();
			assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> authorize(context, "alice"));
			assertThat(ReactiveTestApp.load(context, "alice")).isNull();
		});
	}

	@Test
	void validTokensCostNoCommand() {
		this.runner.run((context) -> {
			ReactiveTestApp.save(context, "alice", "token");
			authorize(context, "alice");
			this.store.takeCommands();
			this.endpoint.takeCalls();
			for (int i = 0; i < 10; i++) {
				authorize(context, "alice");
			}
			assertThat(this.store.takeCommands()).isEmpty();
			assertThat(this.endpoint.takeCalls()).isEmpty();
		});
	}

	@Test
	void providerOfAllAppsInTheJvmStaysAsItIs() {
		this.runner.withUserConfiguration(ReactiveSetUps.OwnDefaultManager.class).run((context) -> {
			Object provider = ReflectionTestUtils.getField(DefaultReactiveOAuth2AuthorizedClientManager.class,
					"DEFAULT_AUTHORIZED_CLIENT_PROVIDER");
			List<?> providers = (List<?>) ReflectionTestUtils.getField(provider, "authorizedClientProviders");
			assertThat(providers).filteredOn(RefreshTokenReactiveOAuth2AuthorizedClientProvider.class::isInstance)
				.hasSize(1)
				.allSatisfy((
						refreshing) -> assertThat(ReflectionTestUtils.getField(refreshing, "accessTokenResponseClient"))
							.isInstanceOf(WebClientReactiveRefreshTokenTokenResponseClient.class));
		});
	}

	@Test
	void unknownManagerIsWarnedAbout(CapturedOutput output) {
		this.runner.withUserConfiguration(ReactiveSetUps.UnknownManager.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Tokens may be refreshed without coordination by bean 'manager'")
			.contains("manager of type");
	}

	@Test
	void knownSetUpsAreNotWarnedAbout(CapturedOutput output) {
		for (Class<?> known : List.of(ReactiveSetUps.OwnDefaultManager.class, ReactiveSetUps.OwnServiceManager.class,
				ReactiveSetUps.WebClientFilter.class, ReactiveSetUps.OwnProvider.class)) {
			this.runner.withUserConfiguration(known).run((context) -> assertThat(context).hasNotFailed());
		}
		assertThat(output).doesNotContain("without coordination");
	}

	@Test
	void tokensByClientCredentialsAreObtainedPerUserAndOnceWhereTheAppSaysSo() {
		this.runner.run((context) -> {
			for (String user : List.of("alice", "bob", "carol")) {
				authorize(context, user, "machine");
			}
			assertThat(this.endpoint.takeCalls()).hasSize(3);
		});
		this.runner.withPropertyValues("oauth2-state.refresh.key-scope=registration").run((context) -> {
			for (String user : List.of("alice", "bob", "carol")) {
				authorize(context, user, "machine");
			}
			assertThat(this.endpoint.takeCalls()).hasSize(1);
		});
	}

	@Test
	void tokenByClientCredentialsThatAnApiRefusedIsNotOfferedAgain() {
		this.runner.withUserConfiguration(ReactiveSetUps.WebClientFilterWithManagerOfItsOwn.class).run((context) -> {
			this.endpoint.resourceStatus = 401;
			byWebClient(context, "alice", "machine");
			this.endpoint.resourceStatus = 200;
			byWebClient(context, "alice", "machine");
			assertThat(this.endpoint.takeCalls()).hasSize(2);
		});
	}

	@Test
	void springSecurityIsLeftAloneWhereTheAppSaysSo() {
		this.runner.withPropertyValues("oauth2-state.refresh.strategy=none").run((context) -> {
			assertThat(context).doesNotHaveBean(ReactiveManagerCoordinator.class)
				.doesNotHaveBean(ReactiveStrategyRunner.class)
				.doesNotHaveBean(StrategyRunner.class);
			ReactiveTestApp.save(context, "alice", "token");
			authorize(context, "alice");
			assertThat(this.store.takeCommands()).isEmpty();
		});
	}

	/**
	 * The second app comes with the token that the first has spent.
	 */
	private void assertCoordinated(BiFunction<ApplicationContext, String, String> authorize, Class<?>... setUp) {
		String refreshToken = "token" + System.nanoTime();
		this.endpoint.takeCalls();
		this.runner.withUserConfiguration(setUp)
			.run((first) -> this.runner.withUserConfiguration(setUp).run((second) -> {
				assertThat(first).hasNotFailed();
				assertThat(second).hasNotFailed();
				ReactiveTestApp.save(first, "alice", refreshToken);
				ReactiveTestApp.save(second, "alice", refreshToken);
				String winners = authorize.apply(first, "alice");
				assertThat(authorize.apply(second, "alice")).isEqualTo(winners);
				if (!List.of(setUp).contains(ReactiveSetUps.OwnTokenClient.class)) {
					assertThat(this.endpoint.takeCalls()).hasSize(1);
				}
				assertThat(ReactiveTestApp.load(first, "alice").getRefreshToken().getTokenValue())
					.isEqualTo(ReactiveTestApp.load(second, "alice").getRefreshToken().getTokenValue())
					.isNotEqualTo(refreshToken);
			}));
	}

	private static String authorize(ApplicationContext context, String user) {
		return authorize(context, user, "idp");
	}

	private static String authorize(ApplicationContext context, String user, String registration) {
		return ReactiveTestApp
			.authorize(context.getBean(ReactiveOAuth2AuthorizedClientManager.class), registration, user)
			.block();
	}

	private static String byAnnotation(ApplicationContext context, String user) {
		Authentication authentication = new TestingAuthenticationToken(user, "none", "ROLE_USER");
		return WebTestClient.bindToApplicationContext(context)
			.webFilter((exchange, chain) -> chain.filter(exchange)
				.contextWrite(ReactiveSecurityContextHolder.withAuthentication(authentication)))
			.build()
			.get()
			.uri("/client")
			.exchange()
			.returnResult(String.class)
			.getResponseBody()
			.blockFirst();
	}

	private String byWebClient(ApplicationContext context, String user) {
		return byWebClient(context, user, "idp");
	}

	private String byWebClient(ApplicationContext context, String user, String registration) {
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		return WebClient.builder()
			.filter(context.getBean(ServerOAuth2AuthorizedClientExchangeFilterFunction.class))
			.build()
			.get()
			.uri(this.endpoint.uri("/resource"))
			.attributes(ServerOAuth2AuthorizedClientExchangeFilterFunction.clientRegistrationId(registration))
			.attributes(ServerOAuth2AuthorizedClientExchangeFilterFunction.serverWebExchange(exchange))
			.exchangeToMono((response) -> response.bodyToMono(String.class))
			.contextWrite(ReactiveSecurityContextHolder
				.withAuthentication(new TestingAuthenticationToken(user, "none", "ROLE_USER")))
			.block();
	}

}
