package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.record.CborRecord;
import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link StoredTokens}.
 */
class StoredTokensTests {

	private static final Instant NOW = TestTokens.NOW;

	private static final ClientIdentity CLIENT = ClientIdentity.of(TestTokens.registration("keycloak"));

	private static final Duration OTHERWISE = Duration.ofDays(30);

	static List<StoredTokens> tokens() {
		OAuth2RefreshToken refresh = new OAuth2RefreshToken("refresh", NOW, NOW.plusSeconds(3600));
		OAuth2AccessToken bearer = new OAuth2AccessToken(TokenType.BEARER, "access", NOW, NOW.plusNanos(1),
				new LinkedHashSet<>(List.of("openid", "a b", "", "é", "openid-abcdefghijklmno")));
		return List.of(new StoredTokens(bearer, refresh, CLIENT), new StoredTokens(bearer, null, null),
				new StoredTokens(bearer, new OAuth2RefreshToken("only a value", null), new ClientIdentity("", "", "")),
				new StoredTokens(new OAuth2AccessToken(TokenType.DPOP, "a", null, null), refresh, null),
				new StoredTokens(new OAuth2AccessToken(new TokenType("MAC"), "\uD83D\uDE00 \0", null, NOW), refresh,
						CLIENT),
				new StoredTokens(new OAuth2AccessToken(TokenType.BEARER, "abcdefghijklmnopqrstuvwxyz012345",
						Instant.MIN, Instant.MAX), new OAuth2RefreshToken("x".repeat(30_000), Instant.EPOCH), CLIENT));
	}

	@ParameterizedTest
	@MethodSource("tokens")
	void everythingComesBack(StoredTokens tokens) {
		StoredTokens read = StoredTokens.read(tokens.write());
		assertThat(read).isEqualTo(tokens);
		assertThat(read.accessToken().getTokenType()).isEqualTo(tokens.accessToken().getTokenType());
		assertThat(read.accessToken().getScopes()).containsExactlyElementsOf(tokens.accessToken().getScopes());
	}

	@Test
	void textThatIsNoUnicodeIsRefusedWithoutShowingIt() {
		StoredTokens tokens = tokens("planted \uD800", null, null);
		assertThatIllegalArgumentException().isThrownBy(tokens::write)
			.satisfies((ex) -> assertThat(ex).hasMessageNotContaining("planted").hasNoCause());
	}

	@Test
	void entriesOfLaterReleasesAreSkipped() {
		byte[] content = CborRecord.write(Map.of("access", "a", "type", "Bearer", "later", List.of(1, "b")));
		assertThat(StoredTokens.read(content).accessToken().getTokenValue()).isEqualTo("a");
	}

	static List<Map<String, Object>> improper() {
		return List.of(Map.of(), Map.of("access", "a"), Map.of("type", "Bearer"),
				Map.of("access", "", "type", "Bearer"), Map.of("access", 1, "type", "Bearer"),
				Map.of("access", "a", "type", "Bearer", "expires", "tomorrow"),
				Map.of("access", "a", "type", "Bearer", "scopes", "openid"),
				Map.of("access", "a", "type", "Bearer", "scopes", List.of(1)),
				Map.of("access", "a", "type", "Bearer", "refresh", true),
				Map.of("access", "a", "type", "Bearer", "client", true),
				Map.of("access", "a", "type", "Bearer", "client", "c", "registration", "r"),
				Map.of("access", "a", "type", "Bearer", "issued", NOW, "expires", NOW));
	}

	@ParameterizedTest
	@MethodSource("improper")
	void improperRecordsAreRefused(Map<String, Object> values) {
		byte[] content = CborRecord.write(values);
		assertThatIllegalArgumentException().isThrownBy(() -> StoredTokens.read(content));
	}

	@Test
	void hostileBytesAreRefusedAndNothingElseHappens() {
		Random random = new Random(42);
		byte[] proper = tokens("planted", NOW, "planted").write();
		for (int i = 0; i < 20_000; i++) {
			byte[] hostile = (i % 2 == 0) ? proper.clone() : new byte[random.nextInt(200)];
			if (i % 2 == 0) {
				hostile[random.nextInt(hostile.length)] = (byte) random.nextInt();
			}
			else {
				random.nextBytes(hostile);
			}
			try {
				StoredTokens.read(hostile);
			}
			catch (IllegalArgumentException expected) {
				assertThat(expected).hasMessageNotContaining("planted");
			}
		}
	}

	@Test
	void lifeIsThatOfTheRefreshToken() {
		StoredTokens tokens = new StoredTokens(tokens("a", NOW.plusSeconds(60), null).accessToken(),
				new OAuth2RefreshToken("b", null, NOW.plusSeconds(3600)), null);
		assertThat(tokens.timeToLive(NOW, OTHERWISE)).isEqualTo(Duration.ofHours(1));
	}

	@Test
	void lifeIsAsConfiguredIfTheRefreshTokenDoesNotTell() {
		assertThat(tokens("a", NOW.plusSeconds(60), "b").timeToLive(NOW, OTHERWISE)).isEqualTo(OTHERWISE);
	}

	@Test
	void lifeIsThatOfTheAccessTokenIfThereIsNoOther() {
		assertThat(tokens("a", NOW.plusSeconds(60), null).timeToLive(NOW, OTHERWISE)).isEqualTo(Duration.ofMinutes(1));
		assertThat(tokens("a", null, null).timeToLive(NOW, OTHERWISE)).isEqualTo(OTHERWISE);
	}

	@Test
	void lifeIsNeverShorterThanASaveTakesNorLongerThanStoresKeep() {
		for (Instant past : List.of(NOW, NOW.minusSeconds(1), Instant.MIN, NOW.plusSeconds(9))) {
			assertThat(tokens("a", past, null).timeToLive(NOW, OTHERWISE)).isEqualTo(StoredTokens.MIN_TTL);
		}
		for (Instant future : List.of(NOW.plus(Duration.ofDays(401)), Instant.MAX)) {
			assertThat(tokens("a", future, null).timeToLive(NOW, OTHERWISE)).isEqualTo(StoredTokens.MAX_TTL);
		}
	}

	@Test
	void accessTokenOutlivesOnlyWhatIsKnownToExpireEarlier() {
		StoredTokens early = tokens("a", NOW, null);
		StoredTokens late = tokens("b", NOW.plusNanos(1), null);
		StoredTokens unknown = tokens("c", null, null);
		assertThat(late.outlives(early)).isTrue();
		assertThat(early.outlives(late)).isFalse();
		assertThat(early.outlives(early)).isFalse();
		assertThat(unknown.outlives(early)).isFalse();
		assertThat(late.outlives(unknown)).isFalse();
	}

	@Test
	void valuesAreComparedWhateverTheTimes() {
		StoredTokens tokens = tokens("a", NOW, "b");
		assertThat(tokens.hasSameValues(tokens("a", null, "b"))).isTrue();
		assertThat(tokens.hasSameValues(tokens("x", NOW, "b"))).isFalse();
		assertThat(tokens.hasSameValues(tokens("a", NOW, "x"))).isFalse();
		assertThat(tokens.hasSameValues(tokens("a", NOW, null))).isFalse();
	}

	@Test
	void refreshTokenIsFoundByItsDigest() {
		Set<String> digests = Set.of(TokenLineage.digest("b"), TokenLineage.digest("c"));
		assertThat(tokens("a", NOW, "b").hasRefreshTokenAmong(digests)).isTrue();
		assertThat(tokens("b", NOW, "d").hasRefreshTokenAmong(digests)).isFalse();
		assertThat(tokens("b", NOW, null).hasRefreshTokenAmong(digests)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "planted-access", "planted-refresh" })
	void textFormHidesTheTokens(String planted) {
		assertThat(tokens("planted-access", NOW, "planted-refresh").toString()).doesNotContain(planted);
	}

	private static StoredTokens tokens(String access, @Nullable Instant expires, @Nullable String refresh) {
		return new StoredTokens(new OAuth2AccessToken(TokenType.BEARER, access, null, expires),
				(refresh != null) ? new OAuth2RefreshToken(refresh, null) : null, CLIENT);
	}

}
