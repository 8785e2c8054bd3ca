package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.ManagerCoordinator.CoordinatedTokenClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for refresh ahead of time: when it is attempted, and what a failed attempt costs.
 */
class EarlyRefreshTests {

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private final StrictProvider provider = new StrictProvider();

	private final List<TokenRefreshEvent> events = new CopyOnWriteArrayList<>();

	private Instant now = NOW;

	@Test
	void nothingIsEarlyWithoutAWindow() {
		assertThat(early(Duration.ZERO, 0).whileValid(client(5))).isEqualTo(TokenRefreshAdvice.LEAVE);
	}

	@Test
	void tokensAreRefreshedInsideTheWindowOnly() {
		assertThat(early(Duration.ofMinutes(2), 0).whileValid(client(121))).isEqualTo(TokenRefreshAdvice.LEAVE);
		assertThat(early(Duration.ofMinutes(2), 0).whileValid(client(119))).isEqualTo(TokenRefreshAdvice.REFRESH);
	}

	@Test
	void oneRequestTriesInAnIntervalAndOthersUseTheValidTokens() {
		EarlyStrategy strategy = early(Duration.ofMinutes(2), 0);
		OAuth2AuthorizedClient client = client(100);
		assertThat(strategy.whileValid(client)).isEqualTo(TokenRefreshAdvice.REFRESH);
		assertThat(strategy.whileValid(client)).isEqualTo(TokenRefreshAdvice.USE);
		this.now = NOW.plusSeconds(9);
		assertThat(strategy.whileValid(client)).isEqualTo(TokenRefreshAdvice.USE);
		this.now = NOW.plusSeconds(11);
		assertThat(strategy.whileValid(client)).isEqualTo(TokenRefreshAdvice.REFRESH);
	}

	@Test
	void tokensThatAreAboutToExpireAreLeftToSpringSecurity() {
		assertThat(early(Duration.ofMinutes(2), 0).whileValid(client(9))).isEqualTo(TokenRefreshAdvice.LEAVE);
	}

	@Test
	void tokensThatCouldExpireWhileARequestWaitsForAnotherAreLeftToSpringSecurity() {
		assertThat(early(Duration.ofMinutes(2), 0).whileValid(client(14))).isEqualTo(TokenRefreshAdvice.LEAVE);
		assertThat(early(Duration.ofMinutes(2), 0).whileValid(client(16))).isEqualTo(TokenRefreshAdvice.REFRESH);
	}

	@Test
	void tokensAreNeverRefreshedInTheFirstHalfOfTheirLife() {
		OAuth2AuthorizedClient shortLived = client(NOW.minusSeconds(20), NOW.plusSeconds(40), "refresh");
		assertThat(early(Duration.ofHours(1), 0).whileValid(shortLived)).isEqualTo(TokenRefreshAdvice.LEAVE);
		this.now = NOW.plusSeconds(11);
		assertThat(early(Duration.ofHours(1), 0).whileValid(shortLived)).isEqualTo(TokenRefreshAdvice.REFRESH);
	}

	@Test
	void clientWithoutARefreshTokenIsLeftAlone() {
		OAuth2AuthorizedClient client = client(NOW.minusSeconds(600), NOW.plusSeconds(20), null);
		assertThat(early(Duration.ofMinutes(2), 0).whileValid(client)).isEqualTo(TokenRefreshAdvice.LEAVE);
	}

	@Test
	void instancesDifferByAPartOfTheWindow() {
		List<Long> firstTries = IntStream.range(0, 50).mapToObj((salt) -> {
			EarlyStrategy strategy = early(Duration.ofSeconds(100), 0.5, salt * 7919);
			return IntStream.rangeClosed(0, 100)
				.mapToLong((left) -> 100L - left)
				.filter((left) -> strategy.whileValid(client(left)) == TokenRefreshAdvice.REFRESH)
				.findFirst()
				.orElseThrow();
		}).toList();
		assertThat(firstTries).allSatisfy((left) -> assertThat(left).isBetween(49L, 100L));
		assertThat(Set.copyOf(firstTries)).hasSizeGreaterThan(10);
	}

	@Test
	void validTokensAreReplacedEarly() {
		OAuth2AuthorizedClient refreshed = authorize(client(100));
		assertThat(refreshed).isNotNull();
		assertThat(refreshed.getRefreshToken().getTokenValue()).isEqualTo("f.1");
		assertThat(this.events).extracting(TokenRefreshEvent::outcome).containsExactly(TokenRefreshOutcome.REFRESHED);
		assertThat(this.events).extracting(TokenRefreshEvent::early).containsExactly(true);
	}

	@Test
	void validTokensAreUsedOnWhenTheProviderFails() {
		this.provider.failure = StrictProvider.error("server_error");
		CoordinatedProvider coordinated = coordinated();
		for (int i = 0; i < 10; i++) {
			assertThat(authorize(coordinated, client(30))).isNull();
		}
		assertThat(this.provider.calls).hasValue(1);
		assertThat(this.events).extracting(TokenRefreshEvent::outcome).containsExactly(TokenRefreshOutcome.KEPT);
	}

	@Test
	void expiredTokensAreRefreshedAtOnce() {
		assertThat(authorize(client(-10)).getRefreshToken().getTokenValue()).isEqualTo("f.1");
		assertThat(this.events).extracting(TokenRefreshEvent::early).containsExactly(false);
	}

	private @Nullable OAuth2AuthorizedClient authorize(OAuth2AuthorizedClient client) {
		return authorize(coordinated(), client);
	}

	private static @Nullable OAuth2AuthorizedClient authorize(CoordinatedProvider provider,
			OAuth2AuthorizedClient client) {
		return provider.authorize(OAuth2AuthorizationContext.withAuthorizedClient(client)
			.principal(new TestingAuthenticationToken("alice", "none"))
			.build());
	}

	private CoordinatedProvider coordinated() {
		EarlyStrategy strategy = early(Duration.ofMinutes(2), 0);
		StrategyRunner runner = new StrategyRunner(strategy, List.of(this.events::add), null, TestInstance.NO_HANDLERS);
		RefreshTokenOAuth2AuthorizedClientProvider refreshing = new RefreshTokenOAuth2AuthorizedClientProvider();
		refreshing.setAccessTokenResponseClient(new CoordinatedTokenClient<>(this.provider, () -> runner));
		return new CoordinatedProvider(refreshing, ManagerCoordinator.earlyProvider(refreshing), () -> runner, false);
	}

	private EarlyStrategy early(Duration window, double jitter) {
		return early(window, jitter, 0);
	}

	private EarlyStrategy early(Duration window, double jitter, int salt) {
		return new EarlyStrategy(TestInstance.properties(window, jitter), Duration.ZERO, salt, () -> this.now);
	}

	private static OAuth2AuthorizedClient client(long secondsLeft) {
		return client(NOW.minusSeconds(3600), NOW.plusSeconds(secondsLeft), "f.0");
	}

	private static OAuth2AuthorizedClient client(Instant issuedAt, Instant expiresAt, @Nullable String refreshToken) {
		return new OAuth2AuthorizedClient(TestInstance.registration("idp"), "alice",
				new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "access", issuedAt, expiresAt),
				(refreshToken != null) ? new OAuth2RefreshToken(refreshToken, null) : null);
	}

}
