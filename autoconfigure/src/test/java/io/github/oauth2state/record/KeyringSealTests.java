package io.github.oauth2state.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.StateKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link Keyring} seals and opens.
 */
class KeyringSealTests {

	private static final String OLD = "old:y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";

	private static final String NEW = "new:EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";

	private static final String PURPOSE = "tokens";

	private static final StateKey ALICE = StateKey.of("shop", "tokens", "keycloak", "alice");

	private static final StateKey BOB = StateKey.of("shop", "tokens", "keycloak", "bob");

	private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

	private final Keyring keys = keys(OLD);

	@Test
	void sealedRecordOpensInItsPlaceOnly() {
		byte[] sealed = seal(this.keys, ALICE, CONTENT);
		assertThat(open(this.keys, ALICE, sealed)).contains(CONTENT);
		assertThat(open(this.keys, BOB, sealed)).isEmpty();
	}

	@Test
	void sealedRecordOpensInItsNamespaceOnly() {
		assertThat(this.keys.open(PURPOSE, "neighbour", ALICE, seal(this.keys, ALICE, CONTENT))).isEmpty();
	}

	@Test
	void sealedRecordOpensForItsPurposeOnly() {
		assertThat(this.keys.open("cookie", "shop", ALICE, seal(this.keys, ALICE, CONTENT))).isEmpty();
	}

	@Test
	void firstKeySealsAndAllOpen() {
		Keyring rotated = keys(NEW + ", " + OLD);
		assertThat(open(rotated, ALICE, seal(this.keys, ALICE, CONTENT))).contains(CONTENT);
		assertThat(open(this.keys, ALICE, seal(rotated, ALICE, CONTENT))).isEmpty();
		assertThat(open(keys(NEW), ALICE, seal(rotated, ALICE, CONTENT))).contains(CONTENT);
		assertThat(open(keys(NEW), ALICE, seal(this.keys, ALICE, CONTENT))).isEmpty();
	}

	@Test
	void anotherKeyUnderTheSameIdDoesNotOpen() {
		assertThat(open(keys(NEW.replace("new", "old")), ALICE, seal(this.keys, ALICE, CONTENT))).isEmpty();
	}

	@Test
	void sameRecordIsNeverSealedTwiceTheSameWay() {
		assertThat(seal(this.keys, ALICE, CONTENT)).isNotEqualTo(seal(this.keys, ALICE, CONTENT));
	}

	@Test
	void everyAlteredBitIsNoticed() {
		byte[] sealed = seal(this.keys, ALICE, CONTENT);
		for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
			byte[] altered = sealed.clone();
			altered[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
			assertThat(open(this.keys, ALICE, altered)).as("bit %d", bit).isEmpty();
		}
	}

	@Test
	void everyOtherLengthIsNoticed() {
		byte[] sealed = seal(this.keys, ALICE, CONTENT);
		for (int length = 0; length < sealed.length + 3; length++) {
			if (length != sealed.length) {
				assertThat(open(this.keys, ALICE, Arrays.copyOf(sealed, length))).as("%d bytes", length).isEmpty();
			}
		}
	}

	@Test
	void hostileBytesDoNotOpen() {
		Random random = new Random(42);
		for (int i = 0; i < 10_000; i++) {
			byte[] hostile = new byte[random.nextInt(100)];
			random.nextBytes(hostile);
			assertThat(open(this.keys, ALICE, hostile)).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 1000, 64 * 1024 })
	void overheadIsBounded(int size) {
		Keyring longestId = keys("a234567890123456:/GbwIcZ9BkwUkKErWk1NL1FnymkqFsoS8fOkzaKab6k");
		byte[] content = new byte[size];
		byte[] sealed = seal(longestId, ALICE, content);
		assertThat(sealed).hasSize(size + Keyring.MAX_OVERHEAD);
		assertThat(open(longestId, ALICE, sealed)).contains(content);
	}

	@Test
	void nothingIsDisclosed() {
		assertThat(this.keys).hasToString("Keyring[old]");
		assertThat(new String(seal(this.keys, ALICE, CONTENT), StandardCharsets.ISO_8859_1)).doesNotContain("content");
	}

	private static Keyring keys(String text) {
		return Keyring.of("oauth2-state.tokens.keys", text);
	}

	private static byte[] seal(Keyring keys, StateKey key, byte[] content) {
		return keys.seal(PURPOSE, "shop", key, content);
	}

	private static Optional<byte[]> open(Keyring keys, StateKey key, byte[] sealed) {
		return keys.open(PURPOSE, "shop", key, sealed);
	}

}
