package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for requests that begin logins and are no ordinary navigation of one user, and
 * for logins that cannot begin.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
class BeginTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final Map<String, String> REASONS = Map.of("enum", "Additional parameter 'audience'", "state",
			"4096 characters", "form-post", "server.forward-headers-strategy");

	private static Instance store;

	private static Instance cookie;

	private final Stack stack;

	private final Cluster cluster;

	private final Browser browser = Browser.overHttps();

	BeginTests(Stack stack) {
		this.stack = stack;
		this.cluster = Cluster.shared(stack);
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack) {
		store = KeptIn.STORE.start(stack, List.of(), Chain.class);
		cookie = KeptIn.COOKIE.start(stack, List.of(), Chain.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		store.close();
		cookie.close();
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
		store.takeEvents();
		cookie.takeEvents();
	}

	@ParameterizedTest
	@CsvSource({ "Sec-Fetch-Mode, cors", "Sec-Fetch-Mode, no-cors", "Sec-Fetch-Dest, image", "Sec-Fetch-Dest, empty",
			"X-Requested-With, XMLHttpRequest", "Accept, application/json" })
	void beginThatIsNoNavigationKeepsNothingAndIsAnsweredAsBySpringSecurity(String header, String value) {
		String pending = this.browser.begin(store, BEGIN);
		Map<String, String> cookies = Map.copyOf(this.browser.cookies());
		this.cluster.store.takeOperations();
		for (Instance instance : List.of(store, cookie)) {
			instance.takeSessionsCreated();
			for (int i = 0; i < 20; i++) {
				Browser script = this.browser.copy().header(header, value);
				Browser.Page page = script.open(instance, BEGIN);
				assertThat(page.location()).contains("/oauth2/authorize?");
				assertThat(page.setCookies()).isEmpty();
			}
			assertThat(instance.takeSessionsCreated()).isZero();
		}
		assertThat(this.cluster.store.takeOperations()).isEmpty();
		assertThat(this.browser.cookies()).isEqualTo(cookies);
		this.browser.open(store, pending);
		assertThat(this.browser.isSignedIn(store)).isTrue();
	}

	/**
	 * A plain client begins logins, and so does a browser that reopens its tabs.
	 */
	@Test
	void sixtyBeginsAtOnceLeaveTheBrowserWithHeadersThatServersAccept() throws Exception {
		for (Instance instance : List.of(store, cookie)) {
			Browser tabs = Browser.overHttps();
			ExecutorService executor = Executors.newFixedThreadPool(60);
			try {
				List<Callable<Browser.Page>> begins = new ArrayList<>();
				for (int i = 0; i < 60; i++) {
					// Shows no cookie of the others
					Browser tab = tabs.copy();
					begins.add(() -> beginInTab(tab, tabs, instance));
				}
				for (Future<Browser.Page> begun : executor.invokeAll(begins)) {
					assertThat(begun.get().location()).contains("/oauth2/authorize?");
				}
			}
			finally {
				executor.shutdownNow();
			}
			// The last login sees the cookies of all others, which none of them may have
			String callback = tabs.begin(instance, BEGIN);
			assertThat(size(tabs)).isLessThan(7 * 1024);
			tabs.open(instance, callback);
			assertThat(tabs.isSignedIn(instance)).isTrue();
		}
	}

	private static Browser.Page beginInTab(Browser tab, Browser tabs, Instance instance) {
		Browser.Page page = tab.send(instance, BEGIN, null);
		synchronized (tabs) {
			tabs.accept(page);
		}
		return page;
	}

	private static int size(Browser browser) {
		return browser.cookies()
			.entrySet()
			.stream()
			.mapToInt((cookie) -> cookie.getKey().length() + cookie.getValue().length() + 3)
			.sum();
	}

	@ParameterizedTest
	@ValueSource(strings = { "enum", "state" })
	void loginThatCannotBeginEndsOnAPageThatNamesItsLogLine(String problem) {
		assertCannotBegin(this.browser, problem);
	}

	/**
	 * Without the starter, nothing reads a callback that is posted to a reactive app.
	 */
	@Test
	void postedLoginOverPlainHttpBeginsInTheSessionOfAServletAppOnly() {
		Browser plain = Browser.overHttp();
		if (this.stack == Stack.REACTIVE) {
			assertCannotBegin(plain, "form-post");
			return;
		}
		assertThat(plain.open(store, BEGIN + "?problem=form-post").location()).contains("/oauth2/authorize?");
		assertThat(this.cluster.store.takeOperations()).isEmpty();
	}

	private void assertCannotBegin(Browser user, String problem) {
		try (LogRecorder log = LogRecorder.atTrace("io.github.oauth2state.login.LoginStart")) {
			Browser.Page page = user.follow(store, BEGIN + "?problem=" + problem);
			assertThat(page.status()).isEqualTo(500);
			assertThat(page.body()).contains("Login not possible").doesNotContain("Exception");
			String reference = page.body().replaceAll("(?s).*<code>(.*)</code>.*", "$1");
			assertThat(log.lines()).filteredOn((line) -> line.contains("reference " + reference + ": "))
				.singleElement()
				.asString()
				.contains(REASONS.get(problem));
		}
		assertThat(this.cluster.store.takeOperations()).isEmpty();
	}

	@Test
	void loginThatDoesNotFitIntoACookieEndsOnAPage() {
		Browser.Page page = this.browser.follow(cookie, BEGIN + "?problem=size");
		assertThat(page.status()).isEqualTo(500);
		assertThat(page.body()).contains("Login not possible");
	}

	@Test
	void answerThatSetsASecretIsNotStoredThoughTheAppSwitchedThatOff() {
		Browser.Page page = this.browser.open(store, BEGIN);
		assertThat(page.setCookies()).isNotEmpty();
		assertThat(page.cacheControl()).contains("no-store");
	}

	@Configuration(proxyBeanMethods = false)
	static class Chain {

		private static final RequestChange PROBLEM = (parameters, request) -> parameters.apply("problem")
			.ifPresent((problem) -> add(problem, request));

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.headers((headers) -> headers.cacheControl((cacheControl) -> cacheControl.disable()))
				.oauth2Login((login) -> login.loginPage(BEGIN))
				.build();
		}

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.headers((headers) -> headers.cache((cache) -> cache.disable()))
				.oauth2Login((login) -> login.loginPage(BEGIN))
				.build();
		}

		@Bean
		@InServletApp
		OAuth2AuthorizationRequestResolver resolver(ClientRegistrationRepository registrations) {
			return PROBLEM.on(new DefaultOAuth2AuthorizationRequestResolver(registrations));
		}

		@Bean
		@InReactiveApp
		ServerOAuth2AuthorizationRequestResolver reactiveResolver(ReactiveClientRegistrationRepository registrations) {
			return PROBLEM.on(new DefaultServerOAuth2AuthorizationRequestResolver(registrations));
		}

		private static void add(String problem, OAuth2AuthorizationRequest.Builder request) {
			switch (problem) {
				case "enum" -> request.additionalParameters((all) -> all.put("audience", Thread.State.NEW));
				case "state" -> request.state("s".repeat(4097));
				case "form-post" -> request.additionalParameters((all) -> all.put("response_mode", "form_post"));
				case "size" -> request.attributes((all) -> all.put("large", "x".repeat(5000)));
				default -> throw new IllegalArgumentException(problem);
			}
		}

	}

}
