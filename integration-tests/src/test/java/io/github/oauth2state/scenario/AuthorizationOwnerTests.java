package io.github.oauth2state.scenario;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Authorizations of a client that are under way while users of one browser come and go.
 * They are of the user who asked for them, as without the library, where they end with
 * the session.
 */
@ParameterizedClass(name = "kept in {0}")
@EnumSource(names = { "OFF", "STORE", "COOKIE" })
@Tag("full")
class AuthorizationOwnerTests {

	private static final String LOGIN = "/oauth2/authorization/idp";

	private static final String LINK = "/oauth2/authorization/api";

	private static Instance instance;

	private final KeptIn keptIn;

	private final Browser browser = Browser.overHttp();

	AuthorizationOwnerTests(KeptIn keptIn) {
		this.keptIn = keptIn;
	}

	@BeforeParameterizedClassInvocation
	static void start(KeptIn keptIn) {
		instance = keptIn.start(List.of(), Chain.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		instance.close();
	}

	@BeforeEach
	void forget() {
		Cluster.shared().forget();
		for (String user : List.of("alice", "bob", "anonymousUser")) {
			clients().removeAuthorizedClient("api", user);
		}
	}

	@Test
	void authorizationOfOneUserIsNotGivenToTheNext() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, LINK);
		this.browser.logOut(instance);
		this.browser.as("bob").follow(instance, LOGIN);
		Cluster.shared().idp.takeTokenCalls();
		assertThat(this.browser.open(instance, callback).body()).startsWith("authorized, error null");
		assertNobodyIsAuthorized("bob");
	}

	@Test
	void authorizationThatAPageAskedForIsNotGivenToTheNextUser() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, "/client");
		this.browser.logOut(instance);
		this.browser.as("bob").follow(instance, LOGIN);
		Cluster.shared().idp.takeTokenCalls();
		this.browser.open(instance, callback);
		assertNobodyIsAuthorized("bob");
	}

	@Test
	void authorizationOfAUserIsNotGivenToNobody() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, LINK);
		this.browser.logOut(instance);
		Cluster.shared().idp.takeTokenCalls();
		assertThat(this.browser.open(instance, callback).body()).startsWith("authorized, error null");
		assertNobodyIsAuthorized("anonymousUser");
		this.browser.as("bob").follow(instance, LOGIN);
		assertThat(clients().<OAuth2AuthorizedClient>loadAuthorizedClient("api", "bob")).isNull();
	}

	@Test
	void authorizationThatNobodyAskedForEndsWithTheLogoutOfWhoCameInBetween() {
		String callback = this.browser.begin(instance, LINK);
		this.browser.follow(instance, LOGIN);
		this.browser.logOut(instance);
		this.browser.as("bob").follow(instance, LOGIN);
		Cluster.shared().idp.takeTokenCalls();
		this.browser.open(instance, callback);
		assertNobodyIsAuthorized("bob");
	}

	private void assertNobodyIsAuthorized(String user) {
		assertThat(Cluster.shared().idp.takeTokenCalls()).isZero();
		assertThat(clients().<OAuth2AuthorizedClient>loadAuthorizedClient("api", user)).isNull();
	}

	@Test
	void authorizationThatIsLostIsNotAskedForAnewByTheNextUser() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, LINK);
		this.browser.logOut(instance);
		this.browser.as("bob").follow(instance, LOGIN);
		Cluster.shared().store.tamper((value) -> new byte[] { 2, 3 });
		Cluster.shared().idp.takeTokenCalls();
		assertThat(this.browser.follow(instance, callback).body()).startsWith("authorized, error null");
		assertNobodyIsAuthorized("bob");
	}

	@Test
	void authorizationCompletesForTheUserWhoAskedForIt() {
		this.browser.follow(instance, LOGIN);
		this.browser.open(instance, this.browser.begin(instance, LINK));
		assertThat(this.browser.open(instance, "/client").body()).isEqualTo("client of alice");
	}

	/**
	 * Which a session cannot do, as it has room for one pending login.
	 */
	@Test
	void authorizationCompletesForAUserWhoLoggedInAgain() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, LINK);
		this.browser.logOut(instance);
		this.browser.follow(instance, LOGIN);
		this.browser.open(instance, callback);
		assertThat(this.browser.open(instance, "/client").body())
			.isEqualTo((this.keptIn != KeptIn.OFF) ? "client of alice" : "");
	}

	@Test
	void authorizationThatNobodyAskedForCompletesForAUserWhoLogsIn() {
		String callback = this.browser.begin(instance, LINK);
		this.browser.follow(instance, LOGIN);
		this.browser.open(instance, callback);
		assertThat(this.browser.open(instance, "/client").body())
			.isEqualTo((this.keptIn != KeptIn.OFF) ? "client of alice" : "");
	}

	@Test
	void authorizationThatNobodyAskedForCompletesForNobody() {
		String callback = this.browser.begin(instance, "/open/client");
		assertThat(this.browser.follow(instance, callback).body()).isEqualTo("client of anonymousUser");
	}

	private OAuth2AuthorizedClientService clients() {
		return instance.context().getBean(OAuth2AuthorizedClientService.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Chain {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http
				.authorizeHttpRequests((requests) -> requests.requestMatchers("/open/**", "/authorized/**")
					.permitAll()
					.anyRequest()
					.authenticated())
				.oauth2Login(Customizer.withDefaults())
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

}
