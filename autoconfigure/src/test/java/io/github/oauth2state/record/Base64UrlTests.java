package io.github.oauth2state.record;

import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Base64Url}.
 */
class Base64UrlTests {

	private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	@Test
	void textIsCanonicalIfItIsTheEncodingOfItsBytes() {
		for (String start : new String[] { "", "A", "AB", "ABC", "ABCD" }) {
			for (int i = 0; i < ALPHABET.length(); i++) {
				String text = start + ALPHABET.charAt(i);
				boolean canonical = text.length() % 4 != 1 && Base64Url.encode(Base64Url.decode(text)).equals(text);
				assertThat(Base64Url.isCanonical(text)).as(text).isEqualTo(canonical);
			}
		}
	}

	@Test
	void everyEncodingIsCanonical() {
		Random random = new Random(42);
		for (int length = 0; length < 100; length++) {
			byte[] bytes = new byte[length];
			random.nextBytes(bytes);
			String text = Base64Url.encode(bytes);
			assertThat(Base64Url.isCanonical(text)).isTrue();
			assertThat(Base64Url.decode(text)).isEqualTo(bytes);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "QQ==", "QUI=", "A", "AAAAA", "AB+/", "AB C", "\u00e4AAA" })
	void otherTextsAreNot(String text) {
		assertThat(Base64Url.isCanonical(text)).isFalse();
	}

	@Test
	void textsOfAnotherAlphabetAreFound() {
		assertThat(Base64Url.isAlphabet(ALPHABET, 0, ALPHABET.length())).isTrue();
		for (byte other : "+/=.~ %\n@[`{".getBytes(StandardCharsets.US_ASCII)) {
			String text = "ab" + (char) other + "cd";
			assertThat(Base64Url.isAlphabet(text, 0, text.length())).isFalse();
			assertThat(Base64Url.isAlphabet(text, 0, 2)).isTrue();
			assertThat(Base64Url.isAlphabet(text, 3, 5)).isTrue();
		}
	}

}
