package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.WebSessionOAuth2ServerAuthorizationRequestRepository;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Browsers that follow links ahead of their users: a login is neither begun nor called
 * back, and nothing is touched, until the user goes there.
 */
@Tag("full")
class PrefetchTests extends AttackTests {

	private static final String HEADER = "Sec-Purpose";

	PrefetchTests(Deployment deployment) {
		super(deployment);
	}

	@ParameterizedTest
	@CsvSource({ "Sec-Purpose, prefetch", "Sec-Purpose, prefetch;prerender",
			"Sec-Purpose, prefetch;anonymous-client-ip", "Purpose, prefetch", "X-Moz, prefetch", "X-Purpose, preview" })
	void prefetchedLoginDoesNotBegin(String header, String value) {
		double started = started();
		assertRefused(() -> ahead(this.browser.copy(), header, value).open(this.a, BEGIN));
		assertThat(started()).isEqualTo(started);
		assertThat(this.cluster.records.size()).isZero();
		assertCompletes(begin());
	}

	@Test
	void prefetchOfAPageThatLeadsToALoginEndsThere() {
		try (Instance instance = start(List.of(REWRITTEN), OwnPaths.class)) {
			Browser ahead = ahead(this.browser);
			Browser.Page page = ahead.open(instance, "/page");
			assertThat(page.location()).isEqualTo(APP + "/go/idp");
			assertRefused(instance, () -> ahead.open(instance, page.location()));
			Browser user = visit(ahead);
			String callback = user.begin(instance, user.open(instance, "/page").location());
			assertThat(user.open(instance, atOwnPath(callback)).location()).startsWith(APP + "/page");
			assertThat(user.signedInAs(instance)).isEqualTo("alice");
		}
	}

	@Test
	void prefetchedCallbackDoesNotUseTheLoginUp() {
		VictimLogin login = begin();
		assertRefused(() -> ahead(login.browser().copy()).open(this.b, login.callback()));
		assertRefused(() -> ahead(login.browser().copy()).send(this.b, "HEAD", login.callback(), null));
		assertCompletes(login);
		assertRefused(() -> ahead(login.browser().copy()).open(this.b, login.callback()));
		assertThat(login.browser().signedInAs(this.b)).isEqualTo("alice");
	}

	@Test
	void prefetchedCallbackOfAnotherBrowserIsRefusedAsWell() {
		VictimLogin login = begin();
		assertRefused(() -> ahead(Browser.overHttps()).open(this.b, login.callback()));
		assertCompletes(login);
	}

	@Test
	void prefetchedClientIsNeitherBegunNorCalledBack() {
		this.browser.follow(this.b, BEGIN);
		Browser ahead = ahead(this.browser.copy());
		assertRefused(() -> ahead.open(this.b, "/oauth2/authorization/api"));
		String callback = this.browser.begin(this.b, "/oauth2/authorization/api");
		assertRefused(() -> ahead(this.browser.copy()).open(this.b, callback));
		assertThat(this.browser.open(this.b, callback).status()).isEqualTo(302);
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
		this.b.awaitClient();
		assertThat(this.browser.open(this.b, "/client").body()).isEqualTo("client of alice");
		assertRefused(() -> ahead(this.browser.copy()).open(this.b, callback));
		assertRefused(() -> ahead.open(this.b, "/client"));
	}

	@Test
	void prefetchedPageIsThePage() {
		this.browser.follow(this.b, BEGIN);
		Browser ahead = ahead(this.browser.copy());
		for (String page : List.of("/page", "/page?code=1&state=2", "/page?error=1&state=2", "/authorized/api")) {
			AtomicReference<Browser.Page> answer = new AtomicReference<>();
			int calls = this.cluster.records.callsDuring(() -> answer.set(ahead.open(this.b, page)));
			assertThat(answer.get().status()).as(page).isEqualTo(200);
			assertThat(calls).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "nonsense", "navigate;prefetch", "\"prefetch\"", ",;=", "prefetch2" })
	void loginOfABrowserThatSaysNonsenseCompletes(String value) {
		this.browser.header(HEADER, value).header("Purpose", value).header("X-Moz", value);
		assertCompletes(begin());
	}

	@Test
	void endlessPurposeIsNoServerError() {
		this.browser.header(HEADER, "prefetch;" + "a".repeat(1_000_000));
		assertCompletes(begin());
	}

	@Test
	void loginsInTheSessionAreLeftAloneToo() {
		try (Instance instance = start(List.of("oauth2-state.rollout.percentage=0"))) {
			assertRefused(instance, () -> ahead(Browser.overHttps()).open(instance, BEGIN));
			String callback = this.browser.begin(instance, BEGIN);
			assertRefused(instance, () -> ahead(this.browser.copy()).open(instance, callback));
			this.browser.open(instance, callback);
			assertThat(this.browser.signedInAs(instance)).isEqualTo("alice");
			String client = this.browser.begin(instance, "/oauth2/authorization/api");
			assertRefused(instance, () -> ahead(this.browser.copy()).open(instance, client));
			this.browser.open(instance, client);
			instance.awaitClient();
		}
	}

	@Test
	void rolloutDecidesNothingForAPrefetch() {
		try (Instance half = start(List.of("oauth2-state.rollout.percentage=50"))) {
			assertRefused(half, () -> ahead(this.browser).open(half, BEGIN));
			assertThat(this.browser.cookies()).isEmpty();
		}
	}

	@Test
	void beginAndCallbackOfTheUsersOwnPathsAreRefused() {
		try (Instance instance = start(List.of(REWRITTEN), OwnPaths.class)) {
			assertRefused(instance, () -> ahead(Browser.overHttps()).open(instance, "/go/idp"));
			String callback = atOwnPath(this.browser.begin(instance, "/go/idp"));
			assertRefused(instance, () -> ahead(this.browser.copy()).open(instance, callback));
			this.browser.open(instance, callback);
			assertThat(this.browser.signedInAs(instance)).isEqualTo("alice");
		}
	}

	@Test
	void pathsThatAreTheAppsOwnAreOrdinaryPages() {
		try (Instance instance = start(List.of(REWRITTEN), OwnPaths.class)) {
			assertThat(ahead(Browser.overHttps()).open(instance, BEGIN).location()).isEqualTo(APP + "/go/idp");
			assertThat(ahead(this.browser.copy()).open(instance, CALLBACK + "?code=1&state=2").location())
				.isEqualTo(APP + "/go/idp");
		}
	}

	@Test
	void chainWithARepositoryOfTheUsersOwnIsLeftAlone() {
		try (Instance instance = start(List.of(), OwnRepository.class)) {
			Browser.Page page = ahead(Browser.overHttps()).open(instance, "/own/idp");
			assertThat(page.location()).contains("/oauth2/authorize?");
		}
	}

	@Test
	void refusalIsNotKept() throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + this.a.port() + BEGIN))
			.header(HEADER, "prefetch")
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(403);
		assertThat(response.body()).isEmpty();
		assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-store");
		assertThat(response.headers().allValues("Vary")).contains(HEADER, "Purpose", "X-Moz", "X-Purpose");
	}

	/**
	 * The paths of callbacks are as behind a proxy that rewrites them.
	 */
	private static final String REWRITTEN = "oauth2-state.login.verify-redirect-uri=false";

	private Instance start(List<String> properties, Class<?>... configurations) {
		List<String> all = new ArrayList<>(this.cluster.records.properties());
		all.addAll(properties);
		return Instance.start(this.stack, this.cluster.idp, null, all, configurations);
	}

	/**
	 * The provider knows no other callback than the default one.
	 */
	private static String atOwnPath(String callback) {
		return callback.replace(CALLBACK, "/done/idp");
	}

	private static Browser ahead(Browser browser) {
		return ahead(browser, HEADER, "prefetch;prerender");
	}

	private static Browser ahead(Browser browser, String header, String value) {
		return browser.header(header, value);
	}

	private static Browser visit(Browser ahead) {
		Browser browser = Browser.overHttps();
		browser.cookies().putAll(ahead.cookies());
		return browser;
	}

	private void assertRefused(Supplier<Browser.Page> attempt) {
		Browser.Page page = attackWithoutStoreCall(attempt);
		assertThat(page.status()).isEqualTo(403);
		assertThat(page.setCookies()).isEmpty();
		assertThat(this.a.takeEvents()).isEmpty();
		assertThat(this.b.takeEvents()).isEmpty();
	}

	private void assertRefused(Instance instance, Supplier<Browser.Page> attempt) {
		instance.takeEvents();
		instance.takeSessionCreators();
		assertRefused(attempt);
		assertThat(instance.takeEvents()).isEmpty();
		assertThat(instance.takeSessionCreators()).isEmpty();
	}

	private double started() {
		return this.a.context()
			.getBean(MeterRegistry.class)
			.find("oauth2.state.logins")
			.tag("outcome", "started")
			.counters()
			.stream()
			.mapToDouble(Counter::count)
			.sum();
	}

	private static ServerOAuth2AuthorizationRequestResolver beginningAt(String path,
			ReactiveClientRegistrationRepository registrations) {
		return new DefaultServerOAuth2AuthorizationRequestResolver(registrations,
				ServerWebExchangeMatchers.pathMatchers(path + "/{registrationId}"));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPaths {

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login((login) -> login.loginPage("/go/idp")
					.authorizationEndpoint((endpoint) -> endpoint.baseUri("/go"))
					.redirectionEndpoint((endpoint) -> endpoint.baseUri("/done/*")))
				.build();
		}

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http,
				ReactiveClientRegistrationRepository registrations) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login((login) -> login.loginPage("/go/idp")
					.authorizationRequestResolver(beginningAt("/go", registrations))
					.authenticationMatcher(ServerWebExchangeMatchers.pathMatchers("/done/*")))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRepository {

		@Bean
		@Order(1)
		@InServletApp
		SecurityFilterChain own(HttpSecurity http) {
			return http.securityMatcher("/own/**")
				.oauth2Login((login) -> login.authorizationEndpoint((endpoint) -> endpoint.baseUri("/own")
					.authorizationRequestRepository(new HttpSessionOAuth2AuthorizationRequestRepository())))
				.build();
		}

		@Bean
		@Order(2)
		@InServletApp
		SecurityFilterChain app(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@Order(1)
		@InReactiveApp
		SecurityWebFilterChain reactiveOwn(ServerHttpSecurity http,
				ReactiveClientRegistrationRepository registrations) {
			return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/own/**"))
				.oauth2Login((login) -> login.authorizationRequestResolver(beginningAt("/own", registrations))
					.authorizationRequestRepository(new WebSessionOAuth2ServerAuthorizationRequestRepository()))
				.build();
		}

		@Bean
		@Order(2)
		@InReactiveApp
		SecurityWebFilterChain reactiveApp(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

	}

}
