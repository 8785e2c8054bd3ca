package io.github.oauth2state.tokens;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Keyring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenKeys}.
 */
class TokenKeysTests {

	static final String OLD = "old:y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";

	static final String NEW = "new:EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";

	private static final StateKey ALICE = StateKey.of("shop", "tokens", "keycloak", "alice");

	private static final StateKey BOB = StateKey.of("shop", "tokens", "keycloak", "bob");

	private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

	private final TokenKeys keys = keys(OLD, "shop");

	@Test
	void sealedRecordOpensInItsPlaceOnly() {
		byte[] sealed = this.keys.seal(ALICE, CONTENT);
		assertThat(this.keys.open(ALICE, sealed)).contains(CONTENT);
		assertThat(this.keys.open(BOB, sealed)).isEmpty();
	}

	@Test
	void sealedRecordOpensInItsNamespaceOnly() {
		assertThat(keys(OLD, "neighbour").open(ALICE, this.keys.seal(ALICE, CONTENT))).isEmpty();
	}

	@Test
	void firstKeySealsAndAllOpen() {
		TokenKeys rotated = keys(NEW + ", " + OLD, "shop");
		assertThat(rotated.open(ALICE, this.keys.seal(ALICE, CONTENT))).contains(CONTENT);
		assertThat(this.keys.open(ALICE, rotated.seal(ALICE, CONTENT))).isEmpty();
		assertThat(keys(NEW, "shop").open(ALICE, rotated.seal(ALICE, CONTENT))).contains(CONTENT);
		assertThat(keys(NEW, "shop").open(ALICE, this.keys.seal(ALICE, CONTENT))).isEmpty();
	}

	@Test
	void anotherKeyUnderTheSameIdDoesNotOpen() {
		assertThat(keys(NEW.replace("new", "old"), "shop").open(ALICE, this.keys.seal(ALICE, CONTENT))).isEmpty();
	}

	@Test
	void sameRecordIsNeverSealedTwiceTheSameWay() {
		assertThat(this.keys.seal(ALICE, CONTENT)).isNotEqualTo(this.keys.seal(ALICE, CONTENT));
	}

	@Test
	void everyAlteredBitIsNoticed() {
		byte[] sealed = this.keys.seal(ALICE, CONTENT);
		for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
			byte[] altered = sealed.clone();
			altered[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
			assertThat(this.keys.open(ALICE, altered)).as("bit %d", bit).isEmpty();
		}
	}

	@Test
	void everyOtherLengthIsNoticed() {
		byte[] sealed = this.keys.seal(ALICE, CONTENT);
		for (int length = 0; length < sealed.length + 3; length++) {
			if (length != sealed.length) {
				assertThat(this.keys.open(ALICE, Arrays.copyOf(sealed, length))).as("%d bytes", length).isEmpty();
			}
		}
	}

	@Test
	void hostileBytesDoNotOpen() {
		Random random = new Random(42);
		for (int i = 0; i < 10_000; i++) {
			byte[] hostile = new byte[random.nextInt(100)];
			random.nextBytes(hostile);
			assertThat(this.keys.open(ALICE, hostile)).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 1000, 64 * 1024 })
	void overheadIsBounded(int size) {
		TokenKeys longestId = keys("a234567890123456:/GbwIcZ9BkwUkKErWk1NL1FnymkqFsoS8fOkzaKab6k", "shop");
		byte[] content = new byte[size];
		byte[] sealed = longestId.seal(ALICE, content);
		assertThat(sealed).hasSize(size + TokenKeys.MAX_OVERHEAD);
		assertThat(longestId.open(ALICE, sealed)).contains(content);
	}

	@Test
	void nothingIsDisclosed() {
		assertThat(this.keys).hasToString("TokenKeys[hidden]");
		assertThat(new String(this.keys.seal(ALICE, CONTENT), StandardCharsets.ISO_8859_1)).doesNotContain("content");
	}

	static TokenKeys keys(String text, String namespace) {
		return new TokenKeys(Keyring.of("oauth2-state.tokens.keys", text), namespace);
	}

}
