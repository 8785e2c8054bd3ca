package io.github.oauth2state.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.http.MediaType;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
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

/**
 * The app as it starts for a database.
 */
@SpringBootTest(properties = { "spring.profiles.active=jdbc", "spring.datasource.url=jdbc:h2:mem:token-info",
		"sample.instance=one" })
class TokenControllerTests {

	private static final StubIssuer issuer = new StubIssuer();

	private static final Duration VALID = Duration.ofMinutes(10);

	/** Valid for less than the minute that Spring Security leaves. */
	private static final Duration DUE = Duration.ofSeconds(30);

	private final OAuth2AuthenticationToken user = user("alice-" + UUID.randomUUID());

	private final String oldRefreshToken = "refresh-" + UUID.randomUUID();

	@Autowired
	private OAuth2AuthorizedClientService clients;

	@Autowired
	private ClientRegistrationRepository registrations;

	private MockMvcTester mvc;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("spring.security.oauth2.client.provider.demo.issuer-uri", issuer::uri);
		registry.add("oauth2-state.tokens.keys", TokenKey::random);
	}

	@AfterAll
	static void stopIssuer() {
		issuer.close();
	}

	@BeforeEach
	void begin(@Autowired WebApplicationContext context) {
		this.mvc = MockMvcTester.from(context);
		issuer.takeTokenCalls();
		issuer.answerTokenCalls(200, """
				{
					"token_type": "Bearer",
					"access_token": "new-access-token",
					"refresh_token": "refresh-%s",
					"expires_in": 600
				}
				""".formatted(UUID.randomUUID()));
	}

	@Test
	void tokensAreKeptWhereAllInstancesFindThem() {
		assertThat(this.clients).isNotInstanceOf(InMemoryOAuth2AuthorizedClientService.class);
	}

	@Test
	void validTokenIsDescribedAndNotShown() {
		Instant expiresAt = save(VALID);
		MvcTestResult info = ask();
		assertThat(info).hasStatusOk()
			.hasContentTypeCompatibleWith(MediaType.APPLICATION_JSON)
			.bodyJson()
			.isStrictlyEqualTo("""
					{"expiresAt": "%s", "access": "3f16bed7089f", "instance": "one", "obtained": "cached"}
					""".formatted(expiresAt));
		assertThat(issuer.takeTokenCalls()).isZero();
	}

	@Test
	void tokenThatIsDueIsRefreshedOnce() {
		save(DUE);
		assertThat(obtained(ask())).isEqualTo("refreshed");
		assertThat(obtained(ask())).isEqualTo("cached");
		assertThat(issuer.takeTokenCalls()).isOne();
	}

	@Test
	void whoComesLateWithTheOldTokenSharesTheNewOne() {
		save(DUE);
		String refreshed = access(ask());
		save(DUE);
		MvcTestResult late = ask();
		assertThat(obtained(late)).isEqualTo("shared");
		assertThat(access(late)).isEqualTo(refreshed);
		assertThat(issuer.takeTokenCalls()).isOne();
	}

	@Test
	void refusedTokenAsksForALogin() {
		save(DUE);
		issuer.answerTokenCalls(400, "{\"error\": \"invalid_grant\"}");
		assertProblem(ask(), 401);
		assertThat(this.clients.<OAuth2AuthorizedClient>loadAuthorizedClient("demo", this.user.getName())).isNull();
	}

	@Test
	void noTokenAsksForALogin() {
		assertProblem(ask(), 401);
		assertThat(issuer.takeTokenCalls()).isZero();
	}

	@Test
	void failureOfTheProviderIsNotTheUsers() {
		save(DUE);
		issuer.answerTokenCalls(500, "{}");
		assertProblem(ask(), 503);
		assertThat(this.clients.<OAuth2AuthorizedClient>loadAuthorizedClient("demo", this.user.getName())).isNotNull();
	}

	private static void assertProblem(MvcTestResult result, int status) {
		assertThat(result).hasStatus(status)
			.hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
			.bodyJson()
			.extractingPath("$.status")
			.isEqualTo(status);
	}

	private static String obtained(MvcTestResult result) {
		return text(result, "obtained");
	}

	private static String access(MvcTestResult result) {
		return text(result, "access");
	}

	private static String text(MvcTestResult result, String name) {
		String[] text = new String[1];
		assertThat(result).hasStatusOk()
			.bodyJson()
			.extractingPath("$." + name)
			.satisfies((value) -> text[0] = String.valueOf(value));
		return text[0];
	}

	private MvcTestResult ask() {
		return this.mvc.get()
			.uri("/api/token-info")
			.header("Accept", "text/html,*/*;q=0.8")
			.principal(this.user)
			.exchange();
	}

	/**
	 * Saves tokens as after a login.
	 */
	private Instant save(Duration life) {
		Instant expiresAt = Instant.ofEpochSecond(Instant.now().plus(life).getEpochSecond());
		OAuth2AccessToken access = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "access-token",
				expiresAt.minus(Duration.ofHours(1)), expiresAt);
		OAuth2RefreshToken refresh = new OAuth2RefreshToken(this.oldRefreshToken, expiresAt.minus(Duration.ofHours(1)));
		this.clients.saveAuthorizedClient(new OAuth2AuthorizedClient(this.registrations.findByRegistrationId("demo"),
				this.user.getName(), access, refresh), this.user);
		return expiresAt;
	}

	private static OAuth2AuthenticationToken user(String name) {
		DefaultOAuth2User user = new DefaultOAuth2User(AuthorityUtils.NO_AUTHORITIES, Map.of("sub", name), "sub");
		return new OAuth2AuthenticationToken(user, AuthorityUtils.NO_AUTHORITIES, "demo");
	}

}
