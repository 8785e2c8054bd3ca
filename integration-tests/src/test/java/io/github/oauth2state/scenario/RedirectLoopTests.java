package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationEntryPoint;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances whose sessions are in the memory of each, behind a balancer that takes
 * them in turn.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Tag("full")
class RedirectLoopTests {

	private final List<Instance> instances = new ArrayList<>();

	private final Browser browser = Browser.overHttps();

	private final Stack stack;

	RedirectLoopTests(Stack stack) {
		this.stack = stack;
	}

	@BeforeEach
	void forget() {
		Cluster.shared(this.stack).forget();
	}

	@AfterEach
	void stop() {
		this.instances.forEach(Instance::close);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/page?from=mail" })
	void endsAfterThreeRoundsOnAPageThatNamesTheCause(String path) {
		Reachable balancer = start(KeptIn.STORE);
		try (LogRecorder log = LogRecorder.atTrace("io.github.oauth2state.login.DeploymentWarnings")) {
			Browser.Page page = this.browser.follow(balancer, path);
			assertThat(page.status()).isEqualTo(500);
			assertThat(page.cacheControl()).contains("no-store");
			assertThat(page.body()).contains("do not share their sessions", "session cookie", "Try again");
			String reference = page.body().replaceAll("(?s).*<code>(.*)</code>.*", "$1");
			assertThat(log.lines()).singleElement()
				.asString()
				.contains("reference " + reference, whatBecameOfTheSession(), "Spring Session", "sticky sessions");
		}
		assertThat(Cluster.shared(this.stack).idp.takeTokenCalls()).isEqualTo(3);
		List<LoginEvent> failed = this.instances.stream()
			.flatMap((instance) -> instance.takeEvents().stream())
			.filter((event) -> event.outcome() == LoginOutcome.FAILED)
			.toList();
		assertThat(failed).singleElement().extracting(LoginEvent::reason).isEqualTo("session_lost");
	}

	/**
	 * Returns what an instance can tell. WebFlux deletes the cookie of a session that an
	 * instance does not know.
	 */
	private String whatBecameOfTheSession() {
		return (this.stack == Stack.SERVLET) ? "others that answered did not" : "or another instance has the session";
	}

	@Test
	void userCanTryAgainAtOnce() {
		Reachable balancer = start(KeptIn.STORE);
		String retry = this.browser.follow(balancer, "/").body().replaceAll("(?s).*href=\"([^\"]*)\".*", "$1");
		Instance one = this.instances.get(0);
		this.browser.open(one, this.browser.begin(one, retry));
		assertThat(this.browser.isSignedIn(one)).isTrue();
	}

	@Test
	void browserThatKeepsNoSessionCookieIsToldTheSame() {
		Reachable balancer = start(KeptIn.COOKIE);
		Instance one = this.instances.get(0);
		try (LogRecorder log = LogRecorder.atTrace("io.github.oauth2state.login.DeploymentWarnings")) {
			for (int i = 0; i < 3; i++) {
				this.browser.open(one, this.browser.begin(one, "/oauth2/authorization/idp"));
				this.browser.cookies().remove(this.stack.sessionCookie());
			}
			assertThat(this.browser.open(balancer, "/oauth2/authorization/idp").status()).isEqualTo(500);
			assertThat(log.lines()).singleElement().asString().contains("does not send the session cookie back");
		}
	}

	@Test
	void userWhoSeesAPageInBetweenMayLogInAgainAndAgain() {
		start(KeptIn.STORE);
		Instance one = this.instances.get(0);
		for (int i = 0; i < 6; i++) {
			this.browser.open(one, this.browser.begin(one, "/oauth2/authorization/idp"));
			assertThat(this.browser.open(one, "/page").body()).contains("page of alice");
		}
		assertThat(this.browser.cookies().keySet()).noneMatch((name) -> name.contains("signed-in"));
	}

	@Test
	void userWhoLogsOutMayLogInAgainAndAgain() {
		start(KeptIn.STORE);
		Instance one = this.instances.get(0);
		for (int i = 0; i < 6; i++) {
			this.browser.open(one, this.browser.begin(one, "/oauth2/authorization/idp"));
			Browser.Page page = this.browser.send(one, "/logout", null);
			// The page ends the count, so that the browser takes no more than the session
			page.setCookies()
				.stream()
				.filter((cookie) -> cookie.startsWith(this.stack.sessionCookie() + "="))
				.forEach((cookie) -> this.browser.cookies()
					.put(this.stack.sessionCookie(), cookie.replaceFirst("[^=]*=([^;]*).*", "$1")));
			String token = page.body().replaceFirst("(?s).*name=\"_csrf\"[^>]*value=\"([^\"]*)\".*", "$1");
			assertThat(this.browser.post(one, "/logout", "_csrf=" + token).status()).isEqualTo(302);
		}
	}

	@Test
	void userWhosePagesAreOnAnotherChainMayLogInAgainAndAgain() {
		Instance one = KeptIn.STORE.start(this.stack, List.of(), OneProvider.class, TwoChains.class);
		this.instances.add(one);
		for (int i = 0; i < 6; i++) {
			this.browser.open(one, this.browser.begin(one, "/oauth2/authorization/idp"));
			assertThat(this.browser.open(one, "/page").body()).contains("page of alice");
		}
	}

	@Test
	void userWhoIsSeenByScriptsOnlyMayLogInAgainAndAgain() {
		start(KeptIn.STORE);
		Instance one = this.instances.get(0);
		for (int i = 0; i < 6; i++) {
			this.browser.open(one, this.browser.begin(one, "/oauth2/authorization/idp"));
			this.browser.header("X-Requested-With", "XMLHttpRequest");
			assertThat(this.browser.open(one, "/me").body()).isEqualTo("alice");
			this.browser.header("X-Requested-With", "none");
		}
	}

	@Test
	void userWhoIsSignedInMayAuthorizeAClient() {
		try (Instance one = KeptIn.STORE.start(this.stack, List.of())) {
			for (int i = 0; i < 3; i++) {
				this.browser.cookies().remove(this.stack.sessionCookie());
				this.browser.open(one, this.browser.begin(one, "/oauth2/authorization/idp"));
			}
			one.forgetClients();
			assertThat(this.browser.open(one, "/client").location()).contains("/oauth2/authorize?");
		}
	}

	@Test
	void appWithoutRecoveryIsLeftAlone() {
		start(KeptIn.STORE, "oauth2-state.login.recovery=false");
		for (int i = 0; i < 5; i++) {
			Instance one = this.instances.get(0);
			this.browser.open(one, this.browser.begin(one, "/oauth2/authorization/idp"));
			this.browser.cookies().remove(this.stack.sessionCookie());
		}
	}

	private Reachable start(KeptIn keptIn, String... properties) {
		for (int i = 0; i < 2; i++) {
			this.instances.add(keptIn.start(this.stack, List.of(properties), OneProvider.class));
		}
		AtomicInteger next = new AtomicInteger();
		return () -> this.instances.get(next.getAndIncrement() % 2).port();
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoChains {

		@Bean
		@Order(1)
		@InServletApp
		SecurityFilterChain loginsChain(HttpSecurity http) {
			return http.securityMatcher("/oauth2/**", "/login/**").oauth2Login(Customizer.withDefaults()).build();
		}

		@Bean
		@InServletApp
		SecurityFilterChain pagesChain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.exceptionHandling((failures) -> failures
					.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint("/oauth2/authorization/idp")))
				.build();
		}

		@Bean
		@Order(1)
		@InReactiveApp
		SecurityWebFilterChain reactiveLoginsChain(ServerHttpSecurity http) {
			return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/oauth2/**", "/login/**"))
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactivePagesChain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.exceptionHandling((failures) -> failures
					.authenticationEntryPoint(new RedirectServerAuthenticationEntryPoint("/oauth2/authorization/idp")))
				.build();
		}

	}

}
