package io.github.oauth2state.refresh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.event.OAuth2AuthorizedClientRefreshedEvent;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizedClientRefreshedEventListener;
import org.springframework.security.oauth2.client.oidc.authentication.event.OidcUserRefreshedEvent;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.jwt.Jwt;

import io.github.oauth2state.refresh.ManagerCoordinator.CoordinatedTokenClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Spring Security refreshes the user after each refresh of tokens, before it saves these.
 * The provider that does not answer then has taken the old refresh token already.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefreshedUserTests {

	private final Instant now = Instant.now();

	private final StrictProvider provider = new StrictProvider();

	private final CountDownLatch end = new CountDownLatch(1);

	private final OidcAuthorizedClientRefreshedEventListener listener = new OidcAuthorizedClientRefreshedEventListener();

	private HttpServer server;

	private ClientRegistration registration;

	private InMemoryOAuth2AuthorizedClientService clients;

	private AuthorizedClientServiceOAuth2AuthorizedClientManager manager;

	private volatile int status = 200;

	private volatile String body = "{\"sub\":\"alice\"}";

	private volatile @Nullable OidcUserRefreshedEvent refreshedUser;

	@BeforeEach
	void logIn() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
		this.server.createContext("/", this::answer);
		this.server.setExecutor(Executors.newCachedThreadPool());
		this.server.start();
		String issuer = "http://localhost:" + this.server.getAddress().getPort();
		this.registration = ClientRegistration.withClientRegistration(TestInstance.registration("idp"))
			.scope("openid", "profile")
			.issuerUri(issuer)
			.jwkSetUri(issuer + "/jwks")
			.userInfoUri(issuer + "/userinfo")
			.userNameAttributeName("sub")
			.build();
		InMemoryClientRegistrationRepository registrations = new InMemoryClientRegistrationRepository(
				this.registration);
		this.clients = new InMemoryOAuth2AuthorizedClientService(registrations);
		this.clients.saveAuthorizedClient(new OAuth2AuthorizedClient(this.registration, "alice",
				TestInstance.expired("access"), new OAuth2RefreshToken("f.0", null)), login());
		this.manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(registrations, this.clients);
		this.manager.setAuthorizedClientProvider(coordinated());
		this.listener.setApplicationEventPublisher(
				(event) -> this.refreshedUser = (event instanceof OidcUserRefreshedEvent refreshed) ? refreshed : null);
		this.provider.additional = Map.of("id_token", idToken());
		SecurityContextHolder.getContext().setAuthentication(login());
	}

	@AfterEach
	void end() {
		SecurityContextHolder.clearContext();
		this.end.countDown();
		this.server.stop(0);
	}

	@Test
	void userIsRefreshedWithTheTokens() {
		keysAreKnown("alice");
		assertThat(authorize()).isEqualTo("f.1");
		assertThat(this.refreshedUser).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 500, 502, 503, 504, 429 })
	void tokensAreUsedAndSavedWhenKeysAreNotServed(int status) {
		this.status = status;
		assertThatTokensAreKept();
	}

	@Test
	void tokensAreUsedAndSavedWhenKeysDoNotComeInTime(CapturedOutput output) {
		this.status = 0;
		assertThatTokensAreKept();
		assertThat(output).containsOnlyOnce("New tokens of registration 'idp' are used")
			.contains("invalid_id_token (")
			.contains("SocketTimeoutException)");
	}

	@Test
	void tokensAreUsedAndSavedWhenNobodyServesKeys() {
		this.server.stop(0);
		assertThatTokensAreKept();
	}

	@ParameterizedTest
	@ValueSource(ints = { 500, 502, 503, 504, 429 })
	void tokensAreUsedAndSavedWhenTheUserInfoEndpointIsOverloaded(int status) {
		keysAreKnown("alice");
		this.status = status;
		assertThatTokensAreKept();
	}

	@Test
	void tokensAreUsedAndSavedWhenTheUserInfoEndpointIsAway() {
		keysAreKnown("alice");
		this.server.stop(0);
		assertThatTokensAreKept();
	}

	@Test
	void tokensRefreshedAheadOfTimeAreUsedAndSavedToo() {
		this.status = 503;
		this.clients.saveAuthorizedClient(client(valid()), login());
		assertThatTokensAreKept();
	}

	@Test
	void tokensAreNotUsedWithAnIdTokenOfAnotherIssuer() {
		this.listener.setJwtDecoderFactory((client) -> (token) -> jwt("alice", "http://other.example"));
		assertThatTokensAreRefused("invalid_id_token");
	}

	@Test
	void tokensAreNotUsedWithAnIdTokenThatCannotBeVerified(CapturedOutput output) {
		this.body = "{\"keys\":[]}";
		assertThatTokensAreRefused("invalid_id_token");
		assertThat(output).containsOnlyOnce("New tokens of registration 'idp' are not saved")
			.contains("invalid_id_token (");
	}

	@Test
	void tokensAreNotUsedWhenTheUserInfoIsAboutAnotherUser() {
		keysAreKnown("alice");
		this.body = "{\"sub\":\"bob\"}";
		assertThatTokensAreRefused("invalid_user_info_response");
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403, 404 })
	void tokensAreNotUsedWhenTheUserInfoEndpointRefusesThem(int status) {
		keysAreKnown("alice");
		this.status = status;
		assertThatTokensAreRefused("invalid_user_info_response");
	}

	private void assertThatTokensAreKept() {
		assertThat(authorize()).isEqualTo("f.1");
		assertThat(stored()).isEqualTo("f.1");
		assertThat(this.refreshedUser).isNull();
		assertThat(SecurityContextHolder.getContext().getAuthentication()).isEqualTo(login());
		assertThat(authorize()).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
	}

	private void assertThatTokensAreRefused(String error) {
		assertThatExceptionOfType(OAuth2AuthenticationException.class).isThrownBy(this::authorize)
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo(error));
		assertThat(stored()).isEqualTo("f.0");
	}

	private void keysAreKnown(String subject) {
		this.listener.setJwtDecoderFactory((
				client) -> (token) -> jwt(subject, Objects.requireNonNull(client.getProviderDetails().getIssuerUri())));
	}

	private String authorize() {
		OAuth2AuthorizedClient client = this.manager
			.authorize(OAuth2AuthorizeRequest.withClientRegistrationId("idp").principal(login()).build());
		return Objects.requireNonNull(Objects.requireNonNull(client).getRefreshToken()).getTokenValue();
	}

	private String stored() {
		OAuth2AuthorizedClient client = this.clients.loadAuthorizedClient("idp", "alice");
		return Objects.requireNonNull(client.getRefreshToken()).getTokenValue();
	}

	private CoordinatedProvider coordinated() {
		EarlyStrategy early = new EarlyStrategy(TestInstance.properties(Duration.ofMinutes(4), 0), Duration.ZERO, 0,
				Instant::now);
		StrategyRunner runner = new StrategyRunner(early, List.of(), null, TestInstance.NO_HANDLERS);
		RefreshTokenOAuth2AuthorizedClientProvider refreshing = new RefreshTokenOAuth2AuthorizedClientProvider();
		refreshing.setAccessTokenResponseClient(new CoordinatedTokenClient<>(this.provider, () -> runner));
		refreshing.setApplicationEventPublisher(new ApplicationEventPublisher() {

			@Override
			public void publishEvent(ApplicationEvent event) {
				RefreshedUserTests.this.listener.onApplicationEvent((OAuth2AuthorizedClientRefreshedEvent) event);
			}

			@Override
			public void publishEvent(Object event) {
				throw new IllegalArgumentException("Not an event of Spring Security");
			}

		});
		return new CoordinatedProvider(refreshing, ManagerCoordinator.earlyProvider(refreshing), () -> runner, false);
	}

	private OAuth2AuthorizedClient client(OAuth2AccessToken accessToken) {
		return new OAuth2AuthorizedClient(this.registration, "alice", accessToken, new OAuth2RefreshToken("f.0", null));
	}

	private OAuth2AccessToken valid() {
		return new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "access", this.now.minusSeconds(3600),
				this.now.plusSeconds(100));
	}

	private OAuth2AuthenticationToken login() {
		String issuer = Objects.requireNonNull(this.registration.getProviderDetails().getIssuerUri());
		OidcIdToken idToken = new OidcIdToken("login", this.now.minusSeconds(300), this.now.plusSeconds(300),
				Map.of("sub", "alice", "iss", issuer, "aud", List.of("app")));
		return new OAuth2AuthenticationToken(new DefaultOidcUser(List.of(), idToken), List.of(), "idp");
	}

	private Jwt jwt(String subject, String issuer) {
		return new Jwt("refreshed", this.now, this.now.plusSeconds(300), Map.of("alg", "RS256"),
				Map.of("sub", subject, "iss", issuer, "aud", List.of("app")));
	}

	private static String idToken() {
		return encode("{\"alg\":\"RS256\"}") + "." + encode("{\"sub\":\"alice\"}") + "." + encode("signature");
	}

	private static String encode(String text) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

	private void answer(HttpExchange exchange) {
		try {
			if (this.status == 0) {
				this.end.await();
			}
			byte[] bytes = this.body.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Content-Type", "application/json");
			exchange.sendResponseHeaders(Math.max(200, this.status), bytes.length);
			exchange.getResponseBody().write(bytes);
			exchange.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
