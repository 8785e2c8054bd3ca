package io.github.oauth2state.sample;

import java.io.UnsupportedEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import jakarta.servlet.http.Cookie;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

/**
 * The pages as they leave an instance whose name, like those of its user and provider,
 * would be markup if nobody escaped it.
 */
@SpringBootTest(properties = { "sample.instance=" + HomePageTests.HOSTILE, "sample.session-store=none",
		"spring.security.oauth2.client.registration.demo.client-name=" + HomePageTests.HOSTILE,
		"spring.security.oauth2.client.registration.machine.provider=demo",
		"spring.security.oauth2.client.registration.machine.client-id=machine",
		"spring.security.oauth2.client.registration.machine.authorization-grant-type=client_credentials" })
class HomePageTests {

	static final String HOSTILE = "<script>alert('&\"1')</script>";

	private static final String ESCAPED = "&lt;script&gt;alert(";

	private static final StubIssuer issuer = new StubIssuer();

	private static final StubBalancer balancer = new StubBalancer();

	private final OAuth2AuthenticationToken user = user();

	@Autowired
	private OAuth2AuthorizedClientService clients;

	@Autowired
	private ClientRegistrationRepository registrations;

	private MockMvcTester mvc;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("spring.security.oauth2.client.provider.demo.issuer-uri", issuer::uri);
		registry.add("sample.balancer-url", balancer::uri);
	}

	@AfterAll
	static void stop() {
		issuer.close();
		balancer.close();
	}

	@BeforeEach
	void begin(@Autowired WebApplicationContext context) {
		this.mvc = MockMvcTester.from(context, (builder) -> builder.apply(springSecurity()).build());
		balancer.answer(200, "one", "two");
	}

	@Test
	void pageBeforeTheLoginHasALinkForEachRegistrationOfUsers() throws Exception {
		MvcTestResult home = this.mvc.get().uri("/").exchange();
		assertThat(home).hasStatusOk();
		assertThat(home.getRequest().getSession(false)).isNull();
		assertThat(text(home)).contains("Begin a login", "href=\"/oauth2/authorization/demo\"")
			.doesNotContain("authorization/machine", "<form");
		assertHarmless(home);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/nowhere", "/logouts", "/login/oauth2/code/demo?error=access_denied&state=1" })
	void everyPageMayOnlyUseFilesOfItsOwn(String path) {
		assertThat(this.mvc.get().uri(path).exchange()).headers()
			.hasValue("Content-Security-Policy",
					"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
							+ "img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/css/page.css", "/css/journey.css", "/js/page.js", "/favicon.svg" })
	void filesOfThePageNeedNoLogin(String path) {
		assertThat(this.mvc.get().uri(path).exchange()).hasStatusOk();
	}

	@Test
	void pageAfterTheLoginDrawsItsJourney() throws Exception {
		MvcTestResult home = open();
		assertThat(text(home)).contains("<svg", "role=\"img\"", "<title id=\"journey-title\">", "12:00:00.000 UTC",
				"for 2.5 s", "path shared", "class=\"journey across\"");
		assertThat(text(home)).contains("Login begun on &lt;b&gt;begin&lt;/b&gt;");
		assertHarmless(home);
	}

	@Test
	void namesAreCutInThePictureAndWholeBesideIt() throws Exception {
		LoginTrace login = trace("a-name-that-is-too-long-for-a-box");
		MvcTestResult home = this.mvc.get()
			.uri("/")
			.with(authentication(this.user))
			.sessionAttr(LoginTrace.ATTRIBUTE, login)
			.exchange();
		assertThat(text(home)).contains(">a-name-that-is-to…</text>")
			.contains(">a-name-that-is-too-long-for-a-box</strong>");
	}

	@Test
	void whereTheProviderHasNoLogoutThereIsNoButtonForIt() throws Exception {
		assertThat(text(open())).contains(">Log out</button>").doesNotContain("everywhere");
	}

	@Test
	void pageWithoutATraceSaysSo() throws Exception {
		MvcTestResult home = this.mvc.get().uri("/").with(authentication(this.user)).exchange();
		assertThat(text(home)).contains("Nothing is known of it").doesNotContain("<svg");
	}

	@Test
	void pageLooksAtTheTokenWithoutRefreshingIt() throws Exception {
		Instant expiresAt = Instant.now().plusSeconds(30);
		save(expiresAt);
		issuer.takeTokenCalls();
		assertThat(text(open())).contains("due now").doesNotContain("access-token", "refresh-token");
		assertThat(issuer.takeTokenCalls()).isZero();
	}

	@Test
	void withoutAScriptTheServerMakesTheCalls() throws Exception {
		balancer.answer(200, "<i>one</i>", "two");
		MvcTestResult page = this.mvc.post()
			.uri("/token-calls")
			.with(authentication(this.user))
			.with(csrf())
			.header("Host", "evil.example")
			.cookie(new Cookie("JSESSIONID", "session"), new Cookie("other", "secret"))
			.exchange();
		assertThat(page).hasStatusOk();
		assertThat(text(page)).contains("The provider saw 1 refresh.", "&lt;i&gt;one&lt;/i&gt;</th>")
			.doesNotContain("<i>");
		assertThat(balancer.calls()).hasSize(TokenCalls.CALLS);
		assertThat(balancer.calls())
			.allSatisfy((call) -> assertThat(call.get("Cookie")).containsExactly("JSESSIONID=session"));
		assertHarmless(page);
	}

	@Test
	void addressOfTheFormLeadsBackToThePage() {
		MvcTestResult answer = this.mvc.get().uri("/token-calls").with(authentication(this.user)).exchange();
		assertThat(answer).hasStatus(302).redirectedUrl().isEqualTo("/");
		assertThat(balancer.calls()).isEmpty();
	}

	@Test
	void callsNeedTheTokenOfAForm() {
		assertThat(this.mvc.post().uri("/token-calls").with(authentication(this.user)).exchange()).hasStatus(403);
		assertThat(balancer.calls()).isEmpty();
	}

	@Test
	void callsNeedALogin() {
		assertThat(this.mvc.post().uri("/token-calls").accept("text/html").with(csrf()).exchange()).hasStatus(302);
		assertThat(balancer.calls()).isEmpty();
	}

	@Test
	void metersNeedALogin() {
		assertThat(this.mvc.get().uri("/api/meters").exchange()).hasStatus(401);
	}

	@Test
	void metersAreThisInstances() {
		this.mvc.get().uri("/oauth2/authorization/demo").exchange();
		MvcTestResult meters = this.mvc.get().uri("/api/meters").with(authentication(this.user)).exchange();
		assertThat(meters).hasStatusOk().bodyJson().extractingPath("$.instance").isEqualTo(HOSTILE);
		assertThat(meters).bodyJson().extractingPath("$.logins").asString().startsWith("started\u00a0");
		assertThat(meters).bodyJson()
			.extractingPath("$.store")
			.asString()
			.as("of a JVM that is cold yet")
			.matches("too few calls \\(\\d+\\)");
		assertThat(meters).bodyJson().extractingPath("$.rollout").isEqualTo("100 %");
		assertThat(meters).bodyJson().extractingPath("$.circuit").isEqualTo("closed");
	}

	private static void assertHarmless(MvcTestResult page) throws Exception {
		assertThat(text(page)).contains(ESCAPED)
			.doesNotContain("<script>")
			.doesNotContainPattern("<style| style=| on\\w+=|https?://(?!www\\.w3\\.org/)");
	}

	private MvcTestResult open() {
		return this.mvc.get()
			.uri("/")
			.with(authentication(this.user))
			.sessionAttr(LoginTrace.ATTRIBUTE, trace("<b>begin</b>"))
			.exchange();
	}

	private static LoginTrace trace(String begunOn) {
		Instant begun = Instant.parse("2026-01-01T12:00:00Z");
		return new LoginTrace(begunOn, begun, "shared", "memory", HOSTILE, begun.plusMillis(2500), HOSTILE,
				begun.plusMillis(2590));
	}

	private void save(Instant expiresAt) {
		Instant issuedAt = expiresAt.minus(Duration.ofHours(1));
		this.clients.saveAuthorizedClient(
				new OAuth2AuthorizedClient(this.registrations.findByRegistrationId("demo"), this.user.getName(),
						new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "access-token", issuedAt, expiresAt),
						new OAuth2RefreshToken("refresh-token", issuedAt)),
				this.user);
	}

	private static String text(MvcTestResult result) throws UnsupportedEncodingException {
		return result.getResponse().getContentAsString();
	}

	private static OAuth2AuthenticationToken user() {
		DefaultOAuth2User user = new DefaultOAuth2User(AuthorityUtils.NO_AUTHORITIES, Map.of("sub", HOSTILE), "sub");
		return new OAuth2AuthenticationToken(user, AuthorityUtils.NO_AUTHORITIES, "demo");
	}

}
