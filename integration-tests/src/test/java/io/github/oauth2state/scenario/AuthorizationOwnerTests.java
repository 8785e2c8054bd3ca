package io.github.oauth2state.scenario;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Authorizations of a client that are under way while users of one browser come and go.
 * They are of the user who asked for them, as without the library, where they end with
 * the session. A reactive session outlives the logout, and with it what is under way
 * without the library.
 */
@ParameterizedClass(name = "{0}, kept in {1}")
@MethodSource("setUps")
@Tag("full")
class AuthorizationOwnerTests {

	private static final String LOGIN = "/oauth2/authorization/idp";

	private static final String LINK = "/oauth2/authorization/api";

	private static Instance instance;

	private final Cluster cluster;

	private final KeptIn keptIn;

	private final Browser browser = Browser.overHttp();

	AuthorizationOwnerTests(Stack stack, KeptIn keptIn) {
		this.cluster = Cluster.shared(stack);
		this.keptIn = keptIn;
	}

	static Stream<Arguments> setUps() {
		Stream<Arguments> each = Stack.each(KeptIn.OFF, KeptIn.STORE, KeptIn.COOKIE);
		return each.filter((setUp) -> setUp.get()[0] == Stack.SERVLET || setUp.get()[1] != KeptIn.OFF);
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack, KeptIn keptIn) {
		instance = keptIn.start(stack, List.of(), Chain.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		instance.close();
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
		List.of("alice", "bob", "anonymousUser").forEach(instance::forgetClient);
	}

	@Test
	void authorizationOfOneUserIsNotGivenToTheNext() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, LINK);
		this.browser.logOut(instance);
		this.browser.as("bob").follow(instance, LOGIN);
		this.cluster.idp.takeTokenCalls();
		assertThat(this.browser.open(instance, callback).body()).startsWith("authorized, error null");
		assertNobodyIsAuthorized("bob");
	}

	@Test
	void authorizationThatAPageAskedForIsNotGivenToTheNextUser() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, "/client");
		this.browser.logOut(instance);
		this.browser.as("bob").open(instance, this.browser.begin(instance, LOGIN));
		this.cluster.idp.takeTokenCalls();
		this.browser.open(instance, callback);
		assertNobodyIsAuthorized("bob");
	}

	@Test
	void authorizationOfAUserIsNotGivenToNobody() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, LINK);
		this.browser.logOut(instance);
		this.cluster.idp.takeTokenCalls();
		assertThat(this.browser.open(instance, callback).body()).startsWith("authorized, error null");
		assertNobodyIsAuthorized("anonymousUser");
		this.browser.as("bob").follow(instance, LOGIN);
		assertThat(instance.hasClient("bob")).isFalse();
	}

	@Test
	void authorizationThatNobodyAskedForEndsWithTheLogoutOfWhoCameInBetween() {
		String callback = this.browser.begin(instance, LINK);
		this.browser.follow(instance, LOGIN);
		this.browser.logOut(instance);
		this.browser.as("bob").follow(instance, LOGIN);
		this.cluster.idp.takeTokenCalls();
		this.browser.open(instance, callback);
		assertNobodyIsAuthorized("bob");
	}

	private void assertNobodyIsAuthorized(String user) {
		assertThat(this.cluster.idp.takeTokenCalls()).isZero();
		assertThat(instance.hasClient(user)).isFalse();
	}

	@Test
	void authorizationThatIsLostIsNotAskedForAnewByTheNextUser() {
		this.browser.follow(instance, LOGIN);
		String callback = this.browser.begin(instance, LINK);
		this.browser.logOut(instance);
		this.browser.as("bob").follow(instance, LOGIN);
		this.cluster.store.tamper((value) -> new byte[] { 2, 3 });
		this.cluster.idp.takeTokenCalls();
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

	@Configuration(proxyBeanMethods = false)
	static class Chain {

		@Bean
		@InServletApp
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

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			return http
				.authorizeExchange((exchanges) -> exchanges.pathMatchers("/open/**", "/authorized/**")
					.permitAll()
					.anyExchange()
					.authenticated())
				.oauth2Login(Customizer.withDefaults())
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

}
