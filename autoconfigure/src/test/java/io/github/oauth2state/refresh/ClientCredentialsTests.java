package io.github.oauth2state.refresh;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.web.client.HttpClientErrorException;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which requests share tokens by client credentials, and for how long. The app asks for
 * them in the name of the current user's tenant.
 */
class ClientCredentialsTests {

	private static final String KEYS = "oauth2-state.tokens.keys=${test.key}";

	private static final String PER_REGISTRATION = "oauth2-state.refresh.key-scope=registration";

	private static final Authentication ANONYMOUS = new AnonymousAuthenticationToken("key", "anonymousUser",
			AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));

	private final TokenEndpoint endpoint = new TokenEndpoint();

	private final SpiedStore store = new SpiedStore();

	private final WebApplicationContextRunner runner = TestApp.runner()
		.withConfiguration(
				AutoConfigurations.of(JdbcStateStoreAutoConfiguration.class, JdbcTemplateAutoConfiguration.class))
		.withPropertyValues("oauth2-state.refresh.client-credentials=true",
				"test.key=test:" + Base64.getEncoder().encodeToString(KeyGenerators.secureRandom(32).generateKey()))
		.withBean(StateStore.class, () -> this.store)
		.withUserConfiguration(ClientCredentialsSetUps.Tenants.class)
		.withPropertyValues(TestApp.registration("machine", "client_credentials", this.endpoint))
		.withPropertyValues(TestApp.registration("batch", "client_credentials", this.endpoint));

	@AfterEach
	void close() {
		this.endpoint.close();
		SecurityContextHolder.clearContext();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { KEYS, "oauth2-state.refresh.strategy=single-flight", "oauth2-state.refresh.strategy=early" })
	void tokenOfOnePrincipalIsNotGivenToAnother(String property) {
		this.runner.withPropertyValues(property).run((context) -> {
			assertThat(authorize(context, "alice")).isNotEqualTo(authorize(context, "bob"));
			assertThat(this.endpoint.takeCalls()).extracting((call) -> call.get("tenant"))
				.containsExactly("tenant-of-alice", "tenant-of-bob");
		});
	}

	@Test
	void tokenOfOnePrincipalIsGivenToTheSameOneOnOtherInstances() {
		this.runner.withPropertyValues(KEYS).run((one) -> this.runner.withPropertyValues(KEYS).run((two) -> {
			String token = authorize(one, "alice");
			assertThat(authorize(two, "alice")).isEqualTo(token);
			assertThat(authorize(two, "bob")).isNotEqualTo(token);
			assertThat(this.endpoint.takeCalls()).hasSize(2);
		}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "registration", "client" })
	void principalsShareATokenWhereTheAppSaysSo(String scope) {
		String property = "oauth2-state.refresh.key-scope=" + scope;
		this.runner.withPropertyValues(KEYS, property)
			.run((one) -> this.runner.withPropertyValues(KEYS, property).run((two) -> {
				String token = authorize(one, "alice");
				assertThat(authorize(one, "bob")).isEqualTo(token);
				assertThat(authorize(two, "carol")).isEqualTo(token);
				assertThat(this.endpoint.takeCalls()).hasSize(1);
				assertThat(authorize(one, "batch", principal("alice"))).isNotEqualTo(token);
			}));
	}

	@Test
	void principalsShareATokenWithinAnInstanceWithoutKeys() {
		this.runner.withPropertyValues(PER_REGISTRATION).run((context) -> {
			assertThat(authorize(context, "alice")).isEqualTo(authorize(context, "bob"));
			assertThat(this.endpoint.takeCalls()).hasSize(1);
			assertThat(this.store.takeCommands()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(
			strings = { KEYS, "oauth2-state.refresh.strategy=single-flight", "oauth2-state.refresh.strategy=early" })
	void visitorsThatAreNotLoggedInShareNothingThoughTheyAskAtOnce(String property) {
		this.runner.withPropertyValues(property).run((context) -> {
			this.endpoint.delay = 300;
			List<String> tokens = Together.all(List.of(() -> authorize(context, "machine", ANONYMOUS),
					() -> authorize(context, "machine", ANONYMOUS)));
			assertThat(tokens).doesNotHaveDuplicates();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { KEYS, "oauth2-state.refresh.strategy=single-flight" })
	void requestsOfOnePrincipalAtOnceMakeOneCall(String property) {
		this.runner.withPropertyValues(property)
			.withUserConfiguration(ClientCredentialsSetUps.SlowSaves.class)
			.run((context) -> {
				this.endpoint.delay = 50;
				List<Callable<String>> requests = new ArrayList<>();
				for (int i = 0; i < 40; i++) {
					int late = i * 5;
					requests.add(() -> {
						Together.sleep(late);
						return authorize(context, "alice");
					});
				}
				assertThat(Together.all(requests).stream().distinct()).hasSize(1);
				assertThat(this.endpoint.takeCalls()).hasSize(1);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { KEYS, "oauth2-state.refresh.strategy=single-flight" })
	void visitorsThatAreNotLoggedInShareNothingThoughTheyHaveOneName(String property) {
		this.runner.withPropertyValues(property).run((context) -> {
			assertThat(authorize(context, "machine", ANONYMOUS)).isNotEqualTo(authorize(context, "machine", ANONYMOUS));
			assertThat(this.endpoint.takeCalls()).hasSize(2);
		});
	}

	@Test
	void jobsWithoutAUserShareATokenAsTheirManagerKeepsItByName() {
		this.runner.withPropertyValues(KEYS)
			.withUserConfiguration(ClientCredentialsSetUps.Jobs.class)
			.run((one) -> this.runner.withPropertyValues(KEYS)
				.withUserConfiguration(ClientCredentialsSetUps.Jobs.class)
				.run((two) -> {
					assertThat(authorize(one, "machine", ANONYMOUS)).isEqualTo(authorize(two, "machine", ANONYMOUS));
					assertThat(this.endpoint.takeCalls()).hasSize(1);
				}));
	}

	@Test
	void principalsWhoseNamesAreNoUnicodeShareNothing() {
		this.runner.withPropertyValues(KEYS).run((context) -> {
			assertThat(authorize(context, "bob?")).isNotEqualTo(authorize(context, "bob\ud800"));
			assertThat(authorize(context, "bob\ud801")).isNotEqualTo(authorize(context, "bob\ud802"));
			assertThat(this.endpoint.takeCalls()).hasSize(4);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { KEYS, "oauth2-state.refresh.strategy=single-flight" })
	void tokenThatWasRemovedIsNotGivenOutAgain(String property) {
		this.runner.withPropertyValues(property).run((context) -> assertRemoved(context));
	}

	@ParameterizedTest
	@ValueSource(strings = { KEYS, "oauth2-state.refresh.strategy=single-flight" })
	void tokenThatWasRemovedIsNotGivenOutAgainByAnAppWithAServiceOfItsOwn(String property) {
		this.runner.withPropertyValues(property)
			.withUserConfiguration(ClientCredentialsSetUps.OwnService.class)
			.run((context) -> assertRemoved(context));
	}

	@ParameterizedTest
	@ValueSource(strings = { KEYS, "oauth2-state.refresh.strategy=single-flight" })
	void tokenThatWasRemovedForOneIsNotGivenOutAgainToHerThoughAllShareIt(String property) {
		this.runner.withPropertyValues(property, PER_REGISTRATION).run((context) -> assertRemoved(context));
	}

	private void assertRemoved(ApplicationContext context) {
		String first = authorize(context, "alice");
		clients(context).removeAuthorizedClient("machine", "alice");
		String second = authorize(context, "alice");
		assertThat(second).isNotEqualTo(first);
		assertThat(authorize(context, "alice")).isEqualTo(second);
		clients(context).removeAuthorizedClient("machine", "alice");
		assertThat(authorize(context, "alice")).isNotIn(first, second);
		assertThat(this.endpoint.takeCalls()).hasSize(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { KEYS, PER_REGISTRATION })
	void tokenThatWasRemovedOnOneInstanceIsNotGivenOutByAnother(String property) {
		this.runner.withPropertyValues(KEYS, property)
			.run((one) -> this.runner.withPropertyValues(KEYS, property).run((two) -> {
				String first = authorize(one, "alice");
				clients(one).removeAuthorizedClient("machine", "alice");
				assertThat(authorize(two, "alice")).isNotEqualTo(first);
			}));
	}

	@Test
	void tokenThatEveryInstanceRemovesIsReplacedOnce() {
		this.runner.withPropertyValues(KEYS).run((one) -> this.runner.withPropertyValues(KEYS).run((two) -> {
			String first = authorize(one, "alice");
			assertThat(authorize(two, "alice")).isEqualTo(first);
			clients(one).removeAuthorizedClient("machine", "alice");
			String second = authorize(one, "alice");
			clients(two).removeAuthorizedClient("machine", "alice");
			assertThat(authorize(two, "alice")).isEqualTo(second).isNotEqualTo(first);
			assertThat(this.endpoint.takeCalls()).hasSize(2);
		}));
	}

	@Test
	void tokenThatWasRemovedFromSharedStorageIsNotGivenOutAgain() {
		SimpleDriverDataSource database = new SimpleDriverDataSource(new org.h2.Driver(),
				"jdbc:h2:mem:credentials-" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
		WebApplicationContextRunner shared = this.runner.withBean(DataSource.class, () -> database)
			.withPropertyValues(KEYS, "oauth2-state.tokens.store=jdbc");
		shared.run((one) -> shared.run((two) -> {
			String first = authorize(one, "alice");
			assertThat(authorize(two, "alice")).isEqualTo(first);
			clients(two).removeAuthorizedClient("machine", "alice");
			String second = authorize(two, "alice");
			assertThat(second).isNotEqualTo(first);
			clients(one).removeAuthorizedClient("machine", "alice");
			assertThat(authorize(two, "alice")).isNotIn(first, second);
			assertThat(this.endpoint.takeCalls()).hasSize(3);
		}));
	}

	@ParameterizedTest
	@ValueSource(strings = { KEYS, "oauth2-state.refresh.strategy=single-flight" })
	void tokenThatAnApiRefusedIsNotUsedAgain(String property) {
		this.runner.withPropertyValues(property)
			.withUserConfiguration(ClientCredentialsSetUps.Jobs.class, ClientCredentialsSetUps.Api.class)
			.run((context) -> {
				assertThat(callApi(context)).contains("access-");
				this.endpoint.resourceStatus = 401;
				assertThatExceptionOfType(HttpClientErrorException.Unauthorized.class)
					.isThrownBy(() -> callApi(context));
				this.endpoint.resourceStatus = 200;
				callApi(context);
				assertThat(this.endpoint.takeCalls()).hasSize(2);
			});
	}

	@Test
	void tokenThatAnApiRefusedOnOneInstanceIsNotUsedByAnotherWhateverKeepsTheTokens() {
		Class<?>[] app = { ClientCredentialsSetUps.OwnService.class, ClientCredentialsSetUps.Jobs.class,
				ClientCredentialsSetUps.Api.class };
		this.runner.withPropertyValues(KEYS)
			.withUserConfiguration(app)
			.run((one) -> this.runner.withPropertyValues(KEYS).withUserConfiguration(app).run((two) -> {
				String first = callApi(one);
				this.endpoint.resourceStatus = 401;
				assertThatExceptionOfType(HttpClientErrorException.Unauthorized.class).isThrownBy(() -> callApi(one));
				this.endpoint.resourceStatus = 200;
				assertThat(callApi(two)).isNotEqualTo(first);
			}));
	}

	@Test
	void sessionsOfOnePrincipalDoNotGetATokenThatWasRemoved() {
		this.runner.withPropertyValues(KEYS)
			.withUserConfiguration(ClientCredentialsSetUps.Sessions.class)
			.run((context) -> {
				MockHttpServletRequest request = new MockHttpServletRequest();
				String first = authorize(context, "machine", principal("alice"), request);
				context.getBean(OAuth2AuthorizedClientRepository.class)
					.removeAuthorizedClient("machine", principal("alice"), request, new MockHttpServletResponse());
				assertThat(authorize(context, "machine", principal("alice"), request)).isNotEqualTo(first);
			});
	}

	private String callApi(ApplicationContext context) {
		return TestApp.callApi(context, "machine", this.endpoint);
	}

	private static OAuth2AuthorizedClientService clients(ApplicationContext context) {
		return context.getBean(OAuth2AuthorizedClientService.class);
	}

	private static String authorize(ApplicationContext context, String user) {
		return authorize(context, "machine", principal(user));
	}

	private static Authentication principal(String name) {
		return new TestingAuthenticationToken(name, "none", "ROLE_USER");
	}

	private static String authorize(ApplicationContext context, String registration, Authentication principal) {
		return authorize(context, registration, principal, new MockHttpServletRequest());
	}

	private static String authorize(ApplicationContext context, String registration, Authentication principal,
			MockHttpServletRequest request) {
		SecurityContextHolder.getContext().setAuthentication(principal);
		return TestApp.authorize(context.getBean(OAuth2AuthorizedClientManager.class), registration, principal,
				request);
	}

}
