package io.github.oauth2state.sample;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.store.StoreCircuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Holds the dashboard and the alerts against what running apps really expose. A misspelt
 * metric, label or value is no error to Prometheus: it only never shows or fires.
 */
class DashboardAndAlertsTests {

	private static final Pattern STATE = Pattern.compile("[?&]state=([^&]+)");

	/** Prometheus adds these when it scrapes. */
	private static final Set<String> LABELS_OF_PROMETHEUS = Set.of("instance", "job");

	private static final StubIssuer issuer = new StubIssuer();

	private static final List<PromQl> queries = Queries.all();

	private static Scrape memory;

	private static Scrape jdbc;

	@BeforeAll
	static void runApps() throws Exception {
		memory = scrape("oauth2_state_login_duration_seconds_count");
		jdbc = scrape("oauth2_state_pending", "--spring.profiles.active=jdbc",
				"--spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID(), "--oauth2-state.jdbc.cleanup.interval=1s",
				"--oauth2-state.tokens.keys=" + TokenKey.random());
	}

	@AfterAll
	static void stopIssuer() {
		issuer.close();
	}

	@Test
	void thereIsSomethingToHold() {
		assertThat(queries).hasSizeGreaterThan(30);
		assertThat(metrics((metric) -> true)).contains("oauth2_state_logins_total", "oauth2_state_pending",
				"oauth2_state_store_operations_seconds_bucket", "oauth2_state_cleanup_removed_total",
				"oauth2_state_rollout_percentage", "oauth2_state_circuit", "oauth2_state_refresh_seconds_count",
				"oauth2_state_refresh_seconds_bucket", "oauth2_state_codes_total", "oauth2_state_logouts_total",
				"oauth2_state_logouts_sessions_total");
	}

	@Test
	void everyMetricIsExposed() {
		assertThat(jdbc.metrics()).containsAll(metrics((metric) -> true));
		assertThat(memory.metrics()).containsAll(metrics(DashboardAndAlertsTests::isOfEveryStore));
	}

	@Test
	void everyLabelIsOneOfItsMetrics() {
		for (PromQl query : queries) {
			Set<String> metrics = query.metrics();
			if (metrics.stream().anyMatch(Queries.recorded()::contains)) {
				continue;
			}
			assertThat(query.labels()).describedAs(query.text())
				.allMatch((label) -> LABELS_OF_PROMETHEUS.contains(label) || jdbc.hasLabel(metrics, label));
		}
	}

	@Test
	void everyValueIsOneThatItsLabelCanHave() {
		for (PromQl query : queries) {
			Map<String, Set<String>> known = Map.of("outcome", outcomes(query), "path", names(LoginPath.values()),
					"state", names(StoreCircuit.State.values()), "type", names(CodeType.values()), "kind",
					names(LogoutKind.values()));
			assertThat(query.matchers().filter((matcher) -> !matcher.value().startsWith("$"))).describedAs(query.text())
				.allMatch((matcher) -> known.getOrDefault(matcher.label(), Set.of()).contains(matcher.value()));
		}
	}

	private static Set<String> outcomes(PromQl query) {
		if (query.metrics().stream().anyMatch((metric) -> metric.startsWith("oauth2_state_login"))) {
			return names(LoginOutcome.values());
		}
		if (query.metrics().stream().anyMatch((metric) -> metric.startsWith("oauth2_state_refresh"))) {
			return names(TokenRefreshOutcome.values());
		}
		if (query.metrics().contains("oauth2_state_logouts_total")) {
			return names(LogoutOutcome.values());
		}
		if (query.metrics().contains("oauth2_state_codes_total")) {
			return names(CodeOutcome.values());
		}
		// Clients of reactive apps may hang up before the store answers
		return union(names(Reason.values()), Set.of("success", "cancelled"));
	}

	@Test
	void everyAlertIsExplained() throws IOException {
		assertThat(Queries.runbooks()).isNotEmpty();
		for (String runbook : Queries.runbooks()) {
			int anchor = runbook.indexOf('#');
			assertThat(anchors(Path.of("..", runbook.substring(0, anchor)))).contains(runbook.substring(anchor + 1));
		}
	}

	private static Stream<String> anchors(Path document) throws IOException {
		return Files.readAllLines(document)
			.stream()
			.filter((line) -> line.startsWith("#"))
			.map((heading) -> heading.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT));
	}

	private static Set<String> metrics(Predicate<String> condition) {
		return queries.stream()
			.flatMap((query) -> query.metrics().stream())
			.filter((metric) -> !Queries.recorded().contains(metric))
			.filter(condition)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static boolean isOfEveryStore(String metric) {
		return !metric.equals("oauth2_state_pending") && !metric.startsWith("oauth2_state_cleanup_");
	}

	private static Set<String> names(Enum<?>... constants) {
		return Stream.of(constants)
			.map((constant) -> constant.name().toLowerCase(Locale.ROOT))
			.collect(Collectors.toSet());
	}

	private static Set<String> union(Set<String> one, Set<String> other) {
		return Stream.of(one, other).flatMap(Set::stream).collect(Collectors.toSet());
	}

	/**
	 * Runs the app, lets things happen to logins and tokens, and waits for the meter that
	 * comes last.
	 */
	private static Scrape scrape(String last, String... args) throws Exception {
		String provider = "--spring.security.oauth2.client.provider.demo.issuer-uri=" + issuer.uri();
		String[] all = Stream.concat(Stream.of(args), Stream.of("--server.port=0", provider)).toArray(String[]::new);
		try (ConfigurableApplicationContext app = SpringApplication.run(SampleApplication.class, all)) {
			URI uri = URI.create("http://localhost:" + app.getEnvironment().getRequiredProperty("local.server.port"));
			useIt(uri);
			refreshTokens(app);
			redeemCode(app);
			endSession(app);
			return Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> Scrape.of(get(HttpClient.newHttpClient(), uri.resolve("/actuator/prometheus")).body()),
						(scrape) -> scrape.metrics().contains(last));
		}
	}

	private static void useIt(URI uri) throws Exception {
		HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
		HttpResponse<String> begin = get(browser, uri.resolve("/oauth2/authorization/demo"));
		Matcher state = STATE.matcher(begin.headers().firstValue("Location").orElseThrow());
		assertThat(state.find()).isTrue();
		// The provider knows no code, so this login fails.
		URI callback = uri.resolve("/login/oauth2/code/demo?code=1&state=" + state.group(1));
		get(HttpClient.newHttpClient(), callback);
		get(browser, callback);
		get(browser, callback);
	}

	/**
	 * The provider has no token endpoint, so there are none to be had.
	 */
	private static void refreshTokens(ApplicationContext app) {
		Authentication alice = new TestingAuthenticationToken("alice", "none", "ROLE_USER");
		Instant expired = Instant.now().minusSeconds(10);
		OAuth2AccessToken accessToken = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "access",
				expired.minusSeconds(300), expired);
		app.getBean(OAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(new OAuth2AuthorizedClient(
					app.getBean(ClientRegistrationRepository.class).findByRegistrationId("demo"), "alice", accessToken,
					new OAuth2RefreshToken("refresh", expired)), alice);
		OAuth2AuthorizeRequest request = OAuth2AuthorizeRequest.withClientRegistrationId("demo")
			.principal(alice)
			.attribute(HttpServletRequest.class.getName(), new MockHttpServletRequest())
			.attribute(HttpServletResponse.class.getName(), new MockHttpServletResponse())
			.build();
		OAuth2AuthorizedClientManager manager = app.getBean(OAuth2AuthorizedClientManager.class);
		assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> manager.authorize(request));
	}

	/**
	 * The sample is no authorization server, whose events these would be.
	 */
	private static void redeemCode(ApplicationContext app) {
		CodeEvent event = new CodeEvent(CodeOutcome.REDEEMED, CodeType.AUTHORIZATION_CODE, "client", "authorization");
		app.getBeansOfType(CodeListener.class).values().forEach((listener) -> listener.onCodeEvent(event));
	}

	private static void endSession(ApplicationContext app) {
		LogoutEvent event = new LogoutEvent(LogoutKind.LOGOUT_TOKEN, LogoutOutcome.ENDED, "demo", 1);
		app.getBeansOfType(LogoutListener.class).values().forEach((listener) -> listener.onLogout(event));
	}

	private static HttpResponse<String> get(HttpClient browser, URI uri) throws IOException, InterruptedException {
		return browser.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
	}

}
