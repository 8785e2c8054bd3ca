package io.github.oauth2state.record;

import java.util.SplittableRandom;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.fuzz.Fuzz;
import io.github.oauth2state.fuzz.RandomInputs;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random content, keys and damage on the seal.
 */
class SealFuzzTests {

	@Test
	void flippedBitIsNoticed() {
		Fuzz.tries((random) -> {
			SecretKey key = key(keyBytes(random));
			byte[] content = content(random);
			byte[] sealed = Seal.seal(key, content);
			assertThat(Seal.open(key, sealed)).hasValue(content);
			flip(sealed, random);
			assertThat(Seal.open(key, sealed)).isEmpty();
		});
	}

	@Test
	void flippedBitOfTheKeyOpensNothing() {
		Fuzz.tries((random) -> {
			byte[] key = keyBytes(random);
			byte[] sealed = Seal.seal(key(key), content(random));
			flip(key, random);
			assertThat(Seal.open(key(key), sealed)).isEmpty();
		});
	}

	@Test
	void bytesThatWereNeverSealedDoNotOpen() {
		Fuzz.tries((random) -> {
			byte[] bytes = content(random);
			if (bytes.length > 0) {
				bytes[0] = (byte) random.nextInt(4);
			}
			assertThat(Seal.open(key(keyBytes(random)), bytes)).isEmpty();
		});
	}

	private static byte[] keyBytes(SplittableRandom random) {
		return RandomInputs.bytes(random, 32);
	}

	private static byte[] content(SplittableRandom random) {
		return RandomInputs.bytes(random, RandomInputs.upTo(random, 200));
	}

	private static void flip(byte[] bytes, SplittableRandom random) {
		int bit = RandomInputs.upTo(random, bytes.length * Byte.SIZE - 1);
		bytes[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
	}

	private static SecretKey key(byte[] bytes) {
		return new SecretKeySpec(bytes, "AES");
	}

}
