package io.github.oauth2state.login;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random content, keys and damage on the seal.
 */
class SealFuzzTests {

	@Property
	void flippedBitIsNoticed(@ForAll @Size(32) byte[] key, @ForAll @Size(max = 200) byte[] content,
			@ForAll @IntRange(max = 100_000) int bit) {
		byte[] sealed = Seal.seal(key(key), content);
		assertThat(Seal.open(key(key), sealed)).hasValue(content);
		int flipped = bit % (sealed.length * Byte.SIZE);
		sealed[flipped / Byte.SIZE] ^= (byte) (1 << (flipped % Byte.SIZE));
		assertThat(Seal.open(key(key), sealed)).isEmpty();
	}

	@Property
	void flippedBitOfTheKeyOpensNothing(@ForAll @Size(32) byte[] key, @ForAll @Size(max = 200) byte[] content,
			@ForAll @IntRange(max = 255) int bit) {
		byte[] sealed = Seal.seal(key(key), content);
		byte[] other = key.clone();
		other[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
		assertThat(Seal.open(key(other), sealed)).isEmpty();
	}

	@Property
	void bytesThatWereNeverSealedDoNotOpen(@ForAll @Size(32) byte[] key, @ForAll @Size(max = 200) byte[] bytes,
			@ForAll @IntRange(max = 3) int version) {
		if (bytes.length > 0) {
			bytes[0] = (byte) version;
		}
		assertThat(Seal.open(key(key), bytes)).isEmpty();
	}

	private static SecretKey key(byte[] bytes) {
		return new SecretKeySpec(bytes, "AES");
	}

}
