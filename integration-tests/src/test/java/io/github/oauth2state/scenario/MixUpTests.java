package io.github.oauth2state.scenario;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for mix-up attacks (RFC 9700, section 4.4; RFC 9207) and for apps whose honest
 * callbacks look like one, on every path. A callback that is accepted ends at the token
 * endpoint, where the code that the tests made up is refused.
 */
@ParameterizedClass(name = "{0}, kept in {1}")
@MethodSource("setUps")
@Tag("full")
class MixUpTests {

	private static final Pattern STATE = Pattern.compile(".*[?&]state=([^&]*).*");

	private static Instance shared;

	private final Stack stack;

	private final KeptIn keptIn;

	private final Browser browser = Browser.overHttps();

	private Instance instance;

	MixUpTests(Stack stack, KeptIn keptIn) {
		this.stack = stack;
		this.keptIn = keptIn;
	}

	static Stream<Arguments> setUps() {
		return Stack.each(KeptIn.STORE, KeptIn.COOKIE, KeptIn.SESSION);
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack, KeptIn keptIn) {
		shared = keptIn.start(stack, List.of(), Registrations.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		shared.close();
	}

	@BeforeEach
	void forget() {
		this.instance = shared;
		this.instance.takeEvents();
		Cluster.shared().idp.takeTokenCalls();
	}

	@ParameterizedTest
	@CsvSource({ "evil, /r/cb/evil, /r/cb/honest", "honest, /r/cb/honest, /r/cb/evil", "tenant-a, /r/a/cb, /r/b/cb",
			"tenant-a, /r/a/cb, /r/cb", "root, /r/cb, /r/a/cb", "query-a, /r/q?idp=a, /r/q?idp=b",
			"query-a, /r/q?idp=a, /r/q", "query-a, /r/q?idp=a, /r/q?idp=a&idp=b", "evil, /r/cb/evil, /r/cb/%68onest",
			"evil, /r/cb/evil, /r/anything", "suffixed, /r/x/r/cb/honest, /r/cb/honest" })
	void callbackAtAnotherUriIsRefusedAndTheRightfulOneIsNot(String id, String rightful, String other) {
		String state = begin(id);
		Browser.Page page = open(other, state, "");
		assertThat(page.status()).isBetween(300, 499);
		assertThat(Cluster.shared().idp.takeTokenCalls()).isZero();
		assertThat(this.instance.takeEvents()).filteredOn((event) -> event.outcome() != LoginOutcome.STARTED)
			.singleElement()
			.satisfies((event) -> {
				assertThat(event.outcome()).isEqualTo(LoginOutcome.MIX_UP);
				assertThat(event.registrationId()).isEqualTo(id);
				assertThat(event.reason()).isEqualTo("redirect_uri_mismatch");
			});
		assertAccepted(open(rightful, state, ""));
	}

	@ParameterizedTest
	@CsvSource({ "google-admin, /r/code/google", "google, /r/code/google", "public, /r/code/public",
			"public, /app/r/code/public", "root, /r/cb", "query-a, /r/q?idp=a&other=b",
			"encoded, /r/caf%C3%A9/x%20y?a=b+c" })
	void callbackAtTheRedirectUriIsAcceptedWhateverItLooksLike(String id, String uri) {
		assertAccepted(open(uri, begin(id), ""));
	}

	@Test
	void proxyThatTellsOnlyAtTheBeginMakesNoDifference() {
		String state = begin("google-admin");
		assertAccepted(this.browser.header("X-Forwarded-Host", "other.example")
			.open(this.instance, "/r/code/google?code=c&state=" + state));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "https://evil.example", "https://id.example/", "https://ID.example",
			"https://id.example&iss=https://id.example" })
	void otherIssuerIsRefusedAndTheRightOneIsNot(String issuer) {
		String state = begin("issuer");
		open("/r/issuer", state, "&iss=" + issuer);
		assertRefused("issuer_mismatch");
		assertAccepted(open("/r/issuer", state, "&iss=https://id.example"));
	}

	@Test
	void issuerIsRequiredWhereTheProviderAnnouncesIt() {
		String state = begin("announced");
		open("/r/announced", state, "");
		assertRefused("issuer_missing");
		assertAccepted(open("/r/announced", state, "&iss=https://id.example"));
	}

	@Test
	void issuerIsNotRequiredElsewhereAndNothingToCompareWithWithoutOne() {
		assertAccepted(open("/r/issuer", begin("issuer"), ""));
		assertAccepted(open("/r/cb/honest", begin("honest"), "&iss=https://any.example"));
	}

	@Test
	void errorOfAnotherIssuerIsRefusedAndOneWithoutIssuerIsNot() {
		String state = begin("announced");
		this.browser.open(this.instance, "/r/announced?error=access_denied&iss=https://evil.example&state=" + state);
		assertRefused("issuer_mismatch");
		this.browser.open(this.instance, "/r/announced?error=access_denied&state=" + state);
		assertThat(outcomes()).containsExactly(LoginOutcome.PROVIDER_ERROR);
	}

	@Test
	void repositoryThatCannotBeListedIsAskedForNoMadeUpId() {
		try (Instance dynamic = this.keptIn.start(this.stack, List.of(), Dynamic.class)) {
			this.instance = dynamic;
			String state = begin("tenant");
			Dynamic.asked.clear();
			open("/r/boom", state, "");
			assertRefused("redirect_uri_mismatch");
			assertAccepted(open("/r/tenant", state, ""));
			assertThat(Dynamic.asked).containsOnly("tenant");
			Dynamic.asked.clear();
			this.browser.open(dynamic, "/r/boom?code=c&state=made-up");
			assertThat(Dynamic.asked).isEmpty();
		}
	}

	@Test
	void checkCanBeLeftToAProxyThatRewritesPaths() {
		try (Instance rewritten = this.keptIn.start(this.stack, List.of("oauth2-state.login.verify-redirect-uri=false"),
				Registrations.class)) {
			this.instance = rewritten;
			assertAccepted(open("/r/anything", begin("evil"), ""));
		}
	}

	private String begin(String id) {
		Browser.Page begun = this.browser.open(this.instance, "/oauth2/authorization/" + id);
		assertThat(begun.location()).isNotNull();
		return STATE.matcher(begun.location()).replaceFirst("$1");
	}

	private Browser.Page open(String uri, String state, String parameters) {
		String separator = uri.contains("?") ? "&" : "?";
		return this.browser.open(this.instance, uri + separator + "code=c&state=" + state + parameters);
	}

	private void assertRefused(String reason) {
		assertThat(Cluster.shared().idp.takeTokenCalls()).isZero();
		List<LoginEvent> events = this.instance.takeEvents()
			.stream()
			.filter((event) -> event.outcome() != LoginOutcome.STARTED)
			.toList();
		assertThat(events).extracting(LoginEvent::outcome).containsExactly(LoginOutcome.MIX_UP);
		assertThat(events).extracting(LoginEvent::reason).containsExactly(reason);
	}

	private void assertAccepted(Browser.Page page) {
		assertThat(page.status()).isEqualTo(302);
		assertThat(Cluster.shared().idp.takeTokenCalls()).isOne();
		assertThat(outcomes()).containsExactly(LoginOutcome.FAILED);
	}

	private List<LoginOutcome> outcomes() {
		return this.instance.takeOutcomes();
	}

	private static ClientRegistration registration(String id, String redirectUri) {
		return builder(id, redirectUri).build();
	}

	private static ClientRegistration.Builder builder(String id, String redirectUri) {
		String issuer = Cluster.shared().idp.issuer();
		return ClientRegistration.withRegistrationId(id)
			.clientId("app")
			.clientSecret("secret")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri(redirectUri)
			.scope("read")
			.authorizationUri(issuer + "/oauth2/authorize")
			.tokenUri(issuer + "/oauth2/token")
			.userInfoUri(issuer + "/userinfo")
			.userNameAttributeName("sub");
	}

	/**
	 * Filter chains that take callbacks at any path of the registrations.
	 */
	private static class Chains {

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login(
						(login) -> login.redirectionEndpoint((endpoint) -> endpoint.baseUri("/{context:r|app}/**")))
				.build();
		}

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login((login) -> login
					.authenticationMatcher(ServerWebExchangeMatchers.pathMatchers("/r/**", "/app/**")))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Registrations extends Chains {

		@Bean
		@InServletApp
		ClientRegistrationRepository registrations() {
			return new InMemoryClientRegistrationRepository(all());
		}

		@Bean
		@InReactiveApp
		ReactiveClientRegistrationRepository reactiveRegistrations() {
			return new InMemoryReactiveClientRegistrationRepository(all());
		}

		private static List<ClientRegistration> all() {
			return List.of(
					builder("evil", "{baseUrl}/r/cb/{registrationId}")
						.authorizationUri("https://evil.example/oauth2/authorize")
						.build(),
					registration("honest", "{baseUrl}/r/cb/{registrationId}"),
					registration("tenant-a", "{baseUrl}/r/a/cb"), registration("tenant-b", "{baseUrl}/r/b/cb"),
					registration("root", "{baseUrl}/r/cb"), registration("query-a", "{baseUrl}/r/q?idp=a"),
					registration("query-b", "{baseUrl}/r/q?idp=b"),
					registration("suffixed", "{baseUrl}/r/x/r/cb/honest"),
					registration("google", "{baseUrl}/r/code/google"),
					registration("google-admin", "{baseUrl}/r/code/google"),
					registration("public", "https://public.example/app/r/code/public"),
					registration("encoded", "{baseUrl}/r/caf%C3%A9/x%20y?a=b+c"),
					builder("issuer", "{baseUrl}/r/issuer").issuerUri("https://id.example").build(),
					builder("announced", "{baseUrl}/r/announced").issuerUri("https://id.example")
						.providerConfigurationMetadata(Map.of("authorization_response_iss_parameter_supported", true))
						.build());
		}

	}

	/**
	 * Creates a registration for any id, as apps with many tenants do, or fails.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Dynamic extends Chains {

		private static final List<String> asked = new CopyOnWriteArrayList<>();

		@Bean
		@InServletApp
		ClientRegistrationRepository registrations() {
			return Dynamic::find;
		}

		@Bean
		@InReactiveApp
		ReactiveClientRegistrationRepository reactiveRegistrations() {
			return (id) -> Mono.fromSupplier(() -> find(id));
		}

		private static ClientRegistration find(String id) {
			asked.add(id);
			if (id.equals("boom")) {
				throw new IllegalStateException("No such tenant");
			}
			return registration(id, "{baseUrl}/r/{registrationId}");
		}

	}

}
