package io.github.oauth2state.record;

import java.util.Arrays;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for the key derivation of {@link Seal}.
 */
class HkdfTests {

	private static final int MAX_LENGTH = 255 * 32;

	private static final HexFormat HEX = HexFormat.of();

	@ParameterizedTest(name = "{0}")
	@CsvSource(delimiter = '|', useHeadersInDisplayName = false, textBlock = """
			A.1 | 0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b | 000102030405060708090a0b0c | f0f1f2f3f4f5f6f7f8f9 \
			| 3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865
			A.2 | 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f\
			303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f \
			| 606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f\
			909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf \
			| b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf\
			e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff \
			| b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
			da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87
			A.3 | 0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b | '' | '' \
			| 8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8
			""")
	void vectorsOfRfc5869AreMet(String section, String secret, String salt, String info, String expected) {
		byte[] derived = Seal.hkdf(HEX.parseHex(salt), HEX.parseHex(secret), HEX.parseHex(info), expected.length() / 2);
		assertThat(HEX.formatHex(derived)).as(section).isEqualTo(expected);
	}

	@Test
	void shorterOutputIsTheBeginningOfTheLongest() {
		byte[] longest = derive(MAX_LENGTH);
		assertThat(longest).hasSize(MAX_LENGTH);
		for (int length = 0; length <= 100; length++) {
			assertThat(derive(length)).isEqualTo(Arrays.copyOf(longest, length));
		}
	}

	@Test
	void blocksOfTheLongestOutputDiffer() {
		byte[] longest = derive(MAX_LENGTH);
		assertThat(HEX.formatHex(longest).split("(?<=\\G.{64})")).hasSize(255).doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, MAX_LENGTH + 1, Integer.MAX_VALUE })
	void moreThanTheCounterReachesIsRefused(int length) {
		assertThatIllegalArgumentException().isThrownBy(() -> derive(length));
	}

	@Test
	void saltSecretAndInfoAreNotInterchangeable() {
		byte[] a = { 1, 2 };
		byte[] b = { 3, 4 };
		byte[] c = { 5, 6 };
		assertThat(Seal.hkdf(a, b, c, 32)).isNotEqualTo(Seal.hkdf(b, a, c, 32))
			.isNotEqualTo(Seal.hkdf(a, c, b, 32))
			.isNotEqualTo(Seal.hkdf(c, b, a, 32));
	}

	@Test
	void emptySecretIsKeyingMaterialLikeAnyOther() {
		assertThat(Seal.hkdf(new byte[] { 1 }, new byte[0], new byte[0], 32)).hasSize(32)
			.isNotEqualTo(Seal.hkdf(new byte[] { 1 }, new byte[1], new byte[0], 32));
	}

	private static byte[] derive(int length) {
		return Seal.hkdf(new byte[] { 1 }, new byte[] { 2 }, new byte[] { 3 }, length);
	}

}
