package io.github.oauth2state.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Seal}.
 */
class SealTests {

	private static final int OVERHEAD = 1 + 12 + 16;

	private static final SecretKey KEY = key(1);

	private static final byte[] CONTENT = "verifier and nonce".getBytes(StandardCharsets.UTF_8);

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 15, 16, 17, 600, 16 * 1024 })
	void whatWasSealedOpens(int length) {
		byte[] content = new byte[length];
		new Random(length).nextBytes(content);
		byte[] sealed = Seal.seal(KEY, content);
		assertThat(sealed).hasSize(length + OVERHEAD);
		assertThat(Seal.open(KEY, sealed)).hasValue(content);
	}

	@Test
	void contentThatLooksLikeJavaSerializationIsBytesLikeAnyOther() {
		byte[] content = HexFormat.of().parseHex("aced0005737200116a6176612e7574696c2e486173684d6170");
		assertThat(Seal.open(KEY, Seal.seal(KEY, content))).hasValue(content);
	}

	@Test
	void contentIsNotInTheSealedBytes() {
		String sealed = HexFormat.of().formatHex(Seal.seal(KEY, CONTENT));
		assertThat(sealed).doesNotContain(HexFormat.of().formatHex(CONTENT, 0, 4));
	}

	@Test
	void sameContentIsNeverSealedAlike() {
		Set<String> nonces = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			assertThat(nonces.add(HexFormat.of().formatHex(Seal.seal(KEY, CONTENT), 1, 13))).isTrue();
		}
	}

	@Test
	void everySingleFlippedBitIsNoticed() {
		byte[] sealed = Seal.seal(KEY, CONTENT);
		for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
			byte[] flipped = sealed.clone();
			flipped[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
			assertThat(Seal.open(KEY, flipped)).as("bit %d", bit).isEmpty();
		}
		assertThat(Seal.open(KEY, sealed)).hasValue(CONTENT);
	}

	@Test
	void everyTruncationIsNoticed() {
		byte[] sealed = Seal.seal(KEY, CONTENT);
		for (int length = 0; length < sealed.length; length++) {
			assertThat(Seal.open(KEY, Arrays.copyOf(sealed, length))).as("length %d", length).isEmpty();
		}
	}

	@Test
	void anExtraByteIsNoticed() {
		byte[] sealed = Seal.seal(KEY, CONTENT);
		assertThat(Seal.open(KEY, Arrays.copyOf(sealed, sealed.length + 1))).isEmpty();
	}

	@Test
	void otherKeyOpensNothing() {
		assertThat(Seal.open(key(2), Seal.seal(KEY, CONTENT))).isEmpty();
	}

	@Test
	void bytesThatWereNeverSealedDoNotOpen() {
		Random random = new Random(7);
		for (int i = 0; i < 1000; i++) {
			byte[] bytes = new byte[random.nextInt(200)];
			random.nextBytes(bytes);
			if (bytes.length > 0) {
				bytes[0] = Seal.VERSION;
			}
			assertThat(Seal.open(KEY, bytes)).isEmpty();
		}
		assertThat(Seal.open(KEY, HexFormat.of().parseHex("aced0005" + "00".repeat(60)))).isEmpty();
	}

	@Test
	void nextVersionOpensToo() {
		assertThat(Seal.open(KEY, OtherVersion.seal(Seal.VERSION + 1, KEY, CONTENT))).hasValue(CONTENT);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, Seal.VERSION + 2, 127, -128, -1 })
	void otherVersionsDoNotOpen(int version) {
		assertThat(Seal.open(KEY, OtherVersion.seal(version, KEY, CONTENT))).isEmpty();
	}

	@Test
	void versionCannotBeChangedOnceSealed() {
		byte[] sealed = Seal.seal(KEY, CONTENT);
		sealed[0]++;
		assertThat(Seal.open(KEY, sealed)).isEmpty();
	}

	/**
	 * Recorded once, sealed by another implementation. What earlier versions stored must
	 * open.
	 */
	@Test
	void whatEarlierVersionsSealedOpens() {
		byte[] sealed = HexFormat.of()
			.parseHex("010102030405060708090a0b0c91833af03ab18711ac3cabbb44eaa7bc367e5a2c8092a4a7153fa71302eee2067f4d");
		assertThat(Seal.open(KEY, sealed)).hasValue(CONTENT);
	}

	private static SecretKey key(int fill) {
		byte[] bytes = new byte[32];
		Arrays.fill(bytes, (byte) fill);
		return new SecretKeySpec(bytes, "AES");
	}

}
