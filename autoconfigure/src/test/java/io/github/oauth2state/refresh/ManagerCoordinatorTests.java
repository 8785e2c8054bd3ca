package io.github.oauth2state.refresh;

import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.reactive.function.client.ServletOAuth2AuthorizedClientExchangeFilterFunction;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.reactive.function.client.WebClient;

import io.github.oauth2state.StateStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

/**
 * Two apps that share a store and nothing else, set up in each way that users set up
 * clients: the second one must receive what the first one refreshed.
 */
@ExtendWith(OutputCaptureExtension.class)
class ManagerCoordinatorTests {

	private static final Authentication ALICE = new TestingAuthenticationToken("alice", "none", "ROLE_USER");

	private final TokenEndpoint endpoint = new TokenEndpoint();

	private final SpiedStore store = new SpiedStore();

	private final WebApplicationContextRunner runner = TestApp.runner()
		.withBean(StateStore.class, () -> this.store)
		.withPropertyValues(TestApp.registration("idp", "authorization_code", this.endpoint))
		.withPropertyValues(TestApp.registration("machine", "client_credentials", this.endpoint));

	@AfterEach
	void close() {
		this.endpoint.close();
		SecurityContextHolder.clearContext();
	}

	@Test
	void managerOfSpringBootIsCoordinated() {
		assertCoordinated(ManagerCoordinatorTests::authorize);
	}

	@Test
	void managerThatTheAppDeclaresIsCoordinatedAndKeepsItsClass() {
		assertCoordinated((context, user) -> {
			assertThat(context.getBean(DefaultOAuth2AuthorizedClientManager.class)).isNotNull();
			return authorize(context, user);
		}, SetUps.OwnDefaultManager.class);
	}

	@Test
	void managerOfTheClientServiceIsCoordinatedAndKeepsItsClass() {
		assertCoordinated((context, user) -> {
			assertThat(context.getBean(AuthorizedClientServiceOAuth2AuthorizedClientManager.class)).isNotNull();
			return authorize(context, user);
		}, SetUps.OwnServiceManager.class);
	}

	@Test
	void bothOfTwoManagersAreCoordinated() {
		assertCoordinated((context, user) -> authorize(context, user, "first"), SetUps.TwoManagers.class);
		assertCoordinated((context, user) -> authorize(context, user, "second"), SetUps.TwoManagers.class);
	}

	@Test
	void managerBehindAProxyIsCoordinated() {
		assertCoordinated(ManagerCoordinatorTests::authorize, SetUps.ProxiedManager.class);
	}

	@Test
	void annotatedParameterIsCoordinated() {
		assertCoordinated(ManagerCoordinatorTests::byAnnotation, SetUps.AnnotatedParameter.class);
	}

	@Test
	void annotatedParameterIsCoordinatedThoughItsManagerIsNoBean() {
		assertCoordinated(ManagerCoordinatorTests::byAnnotation, SetUps.AnnotatedParameter.class,
				SetUps.TwoManagers.class);
	}

	@Test
	void webClientIsCoordinated() {
		assertCoordinated(this::byWebClient, SetUps.WebClientFilter.class);
	}

	@Test
	void webClientIsCoordinatedThoughItsFilterMakesItsOwnManager() {
		assertCoordinated(this::byWebClient, SetUps.WebClientFilterWithManagerOfItsOwn.class);
	}

	@Test
	void restClientIsCoordinated() {
		assertCoordinated(this::byRestClient, SetUps.RestClientInterceptor.class);
	}

	@Test
	void tokenClientThatTheAppDeclaresMakesTheCall() {
		assertCoordinated(ManagerCoordinatorTests::authorize, SetUps.OwnTokenClient.class);
		assertThat(SetUps.OwnTokenClient.calls).containsExactly("called");
	}

	@Test
	void providerThatTheAppDeclaresIsCoordinated() {
		assertCoordinated(ManagerCoordinatorTests::authorize, SetUps.OwnProvider.class);
	}

	@Test
	void providersBehindOneOfAnotherLibraryAreCoordinated(CapturedOutput output) {
		assertCoordinated(ManagerCoordinatorTests::authorize, SetUps.ProviderPerRegistration.class);
		assertThat(output).doesNotContain("without coordination");
	}

	@Test
	void managerBehindALambdaIsCoordinated(CapturedOutput output) {
		assertCoordinated(ManagerCoordinatorTests::authorize, SetUps.ManagerBehindALambda.class);
		assertThat(output).doesNotContain("without coordination");
	}

	@Test
	void beansThatAManagerWouldLookUpLaterAreNotCreated() {
		SetUps.LazyBeans.created.set(0);
		assertCoordinated(ManagerCoordinatorTests::authorize, SetUps.LazyBeans.class);
		assertThat(SetUps.LazyBeans.created).hasValue(0);
	}

	@Test
	void handlersOfTheAppAreCalled() {
		SetUps.OwnHandlers.calls.clear();
		assertCoordinated(ManagerCoordinatorTests::authorize, SetUps.OwnHandlers.class);
		assertThat(SetUps.OwnHandlers.calls).containsExactly("success", "success");
		this.runner.withUserConfiguration(SetUps.OwnHandlers.class).run((context) -> {
			save(context, "spent");
			authorize(context, "alice");
			save(context, "spent");
			this.store.forget();
			assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> authorize(context, "alice"))
				.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant"))
				.satisfies((ex) -> assertThat(ex.getClientRegistrationId()).isEqualTo("idp"));
			assertThat(SetUps.OwnHandlers.calls).endsWith("failure invalid_grant");
		});
	}

	@Test
	void clientIsRemovedWhenItsTokenIsRefusedAndKeptWhenTheProviderFails() {
		this.runner.run((context) -> {
			save(context, "token");
			this.endpoint.status = 503;
			assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> authorize(context, "alice"));
			assertThat(load(context)).isNotNull();
			this.store.forget();
			this.endpoint.status = 200;
			authorize(context, "alice");
			save(context, "token");
			this.store.forget();
			assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> authorize(context, "alice"));
			assertThat(load(context)).isNull();
		});
	}

	@Test
	void eventIsPublishedByWinnerAndAdopter() {
		SetUps.Events.received.clear();
		assertCoordinated(ManagerCoordinatorTests::authorize, SetUps.Events.class);
		assertThat(SetUps.Events.received).hasSize(2);
	}

	@Test
	void validTokensCostNoCommand() {
		this.runner.run((context) -> {
			save(context, "token");
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
		this.runner.withUserConfiguration(SetUps.OwnDefaultManager.class).run((context) -> {
			Object provider = ReflectionTestUtils.getField(DefaultOAuth2AuthorizedClientManager.class,
					"DEFAULT_AUTHORIZED_CLIENT_PROVIDER");
			List<?> providers = (List<?>) ReflectionTestUtils.getField(provider, "authorizedClientProviders");
			assertThat(providers).filteredOn(RefreshTokenOAuth2AuthorizedClientProvider.class::isInstance)
				.hasSize(1)
				.allSatisfy((
						refreshing) -> assertThat(ReflectionTestUtils.getField(refreshing, "accessTokenResponseClient"))
							.isInstanceOf(RestClientRefreshTokenTokenResponseClient.class));
		});
	}

	@Test
	void unknownProviderIsWarnedAbout(CapturedOutput output) {
		this.runner.withUserConfiguration(SetUps.UnknownProvider.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Tokens may be refreshed without coordination by bean 'manager'")
			.contains("provider of type");
	}

	@Test
	void unknownManagerIsWarnedAbout(CapturedOutput output) {
		this.runner.withUserConfiguration(SetUps.UnknownManager.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Tokens may be refreshed without coordination by bean 'manager'")
			.contains("manager of type");
	}

	@Test
	void knownSetUpsAreNotWarnedAbout(CapturedOutput output) {
		for (Class<?> known : List.of(SetUps.OwnDefaultManager.class, SetUps.OwnServiceManager.class,
				SetUps.WebClientFilter.class, SetUps.RestClientInterceptor.class, SetUps.OwnProvider.class)) {
			this.runner.withUserConfiguration(known).run((context) -> assertThat(context).hasNotFailed());
		}
		assertThat(output).doesNotContain("without coordination");
	}

	@Test
	void tokensByClientCredentialsAreObtainedOnceWhereTheAppSaysSo() {
		this.runner.withPropertyValues("oauth2-state.refresh.key-scope=registration").run((context) -> {
			for (String user : List.of("alice", "bob", "carol")) {
				assertThat(authorize(context, user, OAuth2AuthorizedClientManager.class, "machine")).isNotNull();
			}
			assertThat(this.endpoint.takeCalls()).hasSize(1);
		});
	}

	@Test
	void tokensByClientCredentialsAreObtainedPerUser() {
		this.runner.run((context) -> {
			for (String user : List.of("alice", "bob", "carol")) {
				authorize(context, user, OAuth2AuthorizedClientManager.class, "machine");
			}
			assertThat(this.endpoint.takeCalls()).hasSize(3);
		});
	}

	@Test
	void springSecurityIsLeftAloneWhereTheAppSaysSo() {
		this.runner.withPropertyValues("oauth2-state.refresh.strategy=none").run((context) -> {
			assertThat(context).doesNotHaveBean(ManagerCoordinator.class).doesNotHaveBean(StrategyRunner.class);
			save(context, "token");
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
				save(first, refreshToken);
				save(second, refreshToken);
				String winners = authorize.apply(first, "alice");
				assertThat(authorize.apply(second, "alice")).isEqualTo(winners);
				if (!List.of(setUp).contains(SetUps.OwnTokenClient.class)) {
					assertThat(this.endpoint.takeCalls()).hasSize(1);
				}
				assertThat(load(first).getRefreshToken().getTokenValue())
					.isEqualTo(load(second).getRefreshToken().getTokenValue())
					.isNotEqualTo(refreshToken);
			}));
	}

	private static void save(ApplicationContext context, String refreshToken) {
		OAuth2AccessToken expired = TestInstance.expired("access-of-" + refreshToken);
		context.getBean(OAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(new OAuth2AuthorizedClient(
					context.getBean(ClientRegistrationRepository.class).findByRegistrationId("idp"), "alice", expired,
					new OAuth2RefreshToken(refreshToken, Instant.now())), ALICE);
	}

	private static OAuth2AuthorizedClient load(ApplicationContext context) {
		return context.getBean(OAuth2AuthorizedClientService.class).loadAuthorizedClient("idp", "alice");
	}

	private static String authorize(ApplicationContext context, String user) {
		return authorize(context, user, OAuth2AuthorizedClientManager.class, "idp");
	}

	private static String authorize(ApplicationContext context, String user, String manager) {
		return authorize(context.getBean(manager, OAuth2AuthorizedClientManager.class), user, "idp");
	}

	private static String authorize(ApplicationContext context, String user,
			Class<? extends OAuth2AuthorizedClientManager> manager, String registration) {
		return authorize(context.getBean(manager), user, registration);
	}

	private static String authorize(OAuth2AuthorizedClientManager manager, String user, String registration) {
		return TestApp.authorize(manager, registration, new TestingAuthenticationToken(user, "none", "ROLE_USER"));
	}

	private static String byAnnotation(ApplicationContext context, String user) {
		SecurityContextHolder.getContext().setAuthentication(ALICE);
		try {
			return MockMvcBuilders.webAppContextSetup((WebApplicationContext) context)
				.build()
				.perform(get("/client").principal(ALICE))
				.andReturn()
				.getResponse()
				.getContentAsString();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private String byWebClient(ApplicationContext context, String user) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		ServletOAuth2AuthorizedClientExchangeFilterFunction filter = context
			.getBean(ServletOAuth2AuthorizedClientExchangeFilterFunction.class);
		return WebClient.builder()
			.clientConnector(new JdkClientHttpConnector())
			.apply(filter.oauth2Configuration())
			.build()
			.get()
			.uri(this.endpoint.uri("/resource"))
			.attributes(ServletOAuth2AuthorizedClientExchangeFilterFunction.clientRegistrationId("idp"))
			.attributes(ServletOAuth2AuthorizedClientExchangeFilterFunction.authentication(ALICE))
			.attribute(HttpServletRequest.class.getName(), request)
			.attribute(HttpServletResponse.class.getName(), new MockHttpServletResponse())
			.retrieve()
			.bodyToMono(String.class)
			.block();
	}

	private String byRestClient(ApplicationContext context, String user) {
		SecurityContextHolder.getContext().setAuthentication(ALICE);
		return TestApp.callApi(context, "idp", this.endpoint);
	}

}
