package io.github.oauth2state.tokens;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.RecordedKeys;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records of tokens that other releases write and this one must read: they are kept for
 * as long as users stay signed in. The recorded files are never changed: a new format
 * gets a file of its own.
 */
class TokenFormatTests {

	/**
	 * Format 2 is what the next release may write: it has an entry more.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void recordOfTheFormatIsRead(int version) {
		Recorded recorded = new Recorded(version);
		StateKey key = recorded.sealer().key(recorded.get("registration"), recorded.get("user"));
		assertThat(key.toByteArray()).isEqualTo(recorded.bytes("key"));
		StoredTokens tokens = recorded.sealer().open(key, recorded.bytes("record")).orElseThrow();
		assertThat(tokens).isEqualTo(expected());
		assertThat(tokens.accessToken().getScopes()).containsExactly("openid", "profile");
		assertThat(tokens.accessToken().getTokenType()).isEqualTo(TokenType.BEARER);
	}

	@Test
	void recordOfAFormatTwoAheadIsAbsent() {
		Recorded recorded = new Recorded(3);
		StateKey key = recorded.sealer().key(recorded.get("registration"), recorded.get("user"));
		assertThat(recorded.sealer().open(key, recorded.bytes("record"))).isEqualTo(Optional.empty());
	}

	@Test
	void noteOfALogoutIsKnown() {
		Recorded recorded = new Recorded("removal-1");
		StateKey key = recorded.sealer().key(recorded.get("registration"), recorded.get("user"));
		assertThat(recorded.sealer().isRemoval(key, recorded.bytes("record"))).isTrue();
		assertThat(recorded.sealer().open(key, recorded.bytes("record"))).isEqualTo(Optional.empty());
	}

	@Test
	void thisReleaseWritesFormat1() {
		Recorded recorded = new Recorded(1);
		assertThat(expected().write()).isEqualTo(recorded.bytes("content"));
		StateKey key = recorded.sealer().key(recorded.get("registration"), recorded.get("user"));
		assertThat(recorded.sealer().seal(key, expected())).hasSameSizeAs(recorded.bytes("record"))
			.startsWith(HexFormat.of()
				.parseHex("08" + HexFormat.of().formatHex("recorded".getBytes(StandardCharsets.US_ASCII)) + "01"));
	}

	private static StoredTokens expected() {
		Instant issued = Instant.parse("2026-01-02T03:04:05.123456789Z");
		return new StoredTokens(
				new OAuth2AccessToken(TokenType.BEARER, "eyJhbGciOiJub25lIn0.e30.", issued, issued.plusSeconds(300),
						new LinkedHashSet<>(List.of("openid", "profile"))),
				new OAuth2RefreshToken("recorded-refresh-token", issued, issued.plusSeconds(1800)), null);
	}

	/**
	 * What a release left in a store.
	 */
	private static final class Recorded {

		private final Properties properties = new Properties();

		Recorded(int version) {
			this("format-" + version);
		}

		Recorded(String name) {
			try (InputStream input = TokenFormatTests.class.getResourceAsStream(name + ".properties")) {
				this.properties.load(input);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		String get(String name) {
			return this.properties.getProperty(name);
		}

		byte[] bytes(String name) {
			return HexFormat.of().parseHex(get(name));
		}

		TokenSealer sealer() {
			return new TokenSealer(RecordedKeys.of(get("keys")), get("namespace"));
		}

	}

}
