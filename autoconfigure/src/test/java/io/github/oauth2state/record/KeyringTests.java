package io.github.oauth2state.record;

import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.config.StartupFailureException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link Keyring}.
 */
class KeyringTests {

	private static final String PROPERTY = "oauth2-state.cookie.keys";

	private static final String BASE64 = base64((i) -> i * i * 7 + i * 31);

	@Test
	void firstKeySealsAndAllOpen() {
		Keyring keys = Keyring.of(PROPERTY, "b:" + BASE64 + ", a:" + BASE64.replace("=", ""));
		assertThat(keys.sealingId()).isEqualTo("b");
		assertThat(keys.get("a")).isPresent();
		assertThat(keys.get("b")).isPresent();
		assertThat(keys.get("c")).isEmpty();
		assertThat(keys).hasToString("Keyring[b, a]");
	}

	@ParameterizedTest
	@ValueSource(strings = { ",", "planted", ":AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "id:planted",
			"an id:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
			"longer-than-16-chars:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
			"id:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })
	void otherKeysAreRefusedAndNotRepeated(String key) {
		assertThatExceptionOfType(StartupFailureException.class).isThrownBy(() -> Keyring.of(PROPERTY, key))
			.withMessageContaining(PROPERTY)
			.withMessageContaining("number 1")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("planted", "AAAA"));
	}

	static Stream<Arguments> weakKeys() {
		return Stream.of(Arguments.arguments("all zeros", base64((i) -> 0)),
				Arguments.arguments("all ones", base64((i) -> 0xFF)),
				Arguments.arguments("one byte", base64((i) -> 'A')),
				Arguments.arguments("counted up", base64((i) -> i)),
				Arguments.arguments("counted down", base64((i) -> 31 - i)),
				Arguments.arguments("counted by twos", base64((i) -> 100 + 2 * i)),
				Arguments.arguments("counted beyond a byte", base64((i) -> 240 + i)),
				Arguments.arguments("two in turn", base64((i) -> (i % 2 == 0) ? 0xAA : 0x55)),
				Arguments.arguments("zeros and a one", base64((i) -> (i == 31) ? 1 : 0)),
				Arguments.arguments("a word again and again", base64((i) -> "changeme".charAt(i % 8))),
				Arguments.arguments("a longer word again and again", base64((i) -> "my-secret-key".charAt(i % 13))),
				Arguments.arguments("16 bytes twice", base64((i) -> (i % 16) * (i % 16) * 7)),
				Arguments.arguments("a short word and zeros", base64((i) -> (i < 6) ? "secret".charAt(i) : 0)));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("weakKeys")
	void weakKeysAreRefusedAndNotRepeated(String name, String key) {
		for (String keys : List.of("id:" + key, "id:" + key.replace("=", ""), "good:" + BASE64 + ",id:" + key)) {
			assertThatExceptionOfType(StartupFailureException.class).isThrownBy(() -> Keyring.of(PROPERTY, keys))
				.withMessageContaining(PROPERTY)
				.withMessageContaining("'id'")
				.withMessageContaining("not random")
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(key.substring(0, 8)));
		}
	}

	@Test
	void randomKeysAreNeverTakenForWeakOnes() {
		Random random = new Random(42);
		for (int i = 0; i < 100_000; i++) {
			String key = base64((at) -> random.nextInt(256));
			assertThatNoException().isThrownBy(() -> Keyring.of(PROPERTY, "id:" + key));
		}
	}

	private static String base64(IntUnaryOperator byteAt) {
		byte[] bytes = new byte[32];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) byteAt.applyAsInt(i);
		}
		return Base64.getEncoder().encodeToString(bytes);
	}

	@Test
	void idsAreUnique() {
		assertThatExceptionOfType(StartupFailureException.class)
			.isThrownBy(() -> Keyring.of(PROPERTY, "a:" + BASE64 + ",a:" + BASE64))
			.withMessageContaining("'a'");
	}

	@Test
	void noKeysAreNoKeys() {
		assertThatExceptionOfType(StartupFailureException.class).isThrownBy(() -> Keyring.of(PROPERTY, " "))
			.withMessageContaining("no key is configured");
	}

}
