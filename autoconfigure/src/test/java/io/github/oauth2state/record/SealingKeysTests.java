package io.github.oauth2state.record;

import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SealingKeys}.
 */
class SealingKeysTests {

	private static final String PROPERTY = "oauth2-state.cookie.keys";

	private static final String BASE64 = Base64.getEncoder().encodeToString(new byte[32]);

	@Test
	void firstKeySealsAndAllOpen() {
		SealingKeys keys = SealingKeys.of(PROPERTY, "b:" + BASE64 + ", a:" + BASE64.replace("=", ""));
		assertThat(keys.sealingId()).isEqualTo("b");
		assertThat(keys.get("a")).isPresent();
		assertThat(keys.get("b")).isPresent();
		assertThat(keys.get("c")).isEmpty();
		assertThat(keys).hasToString("SealingKeys[b, a]");
	}

	@ParameterizedTest
	@ValueSource(strings = { ",", "planted", ":AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "id:planted",
			"an id:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
			"longer-than-16-chars:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
			"id:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })
	void otherKeysAreRefusedAndNotRepeated(String key) {
		assertThatExceptionOfType(UnusableKeysException.class).isThrownBy(() -> SealingKeys.of(PROPERTY, key))
			.withMessageContaining(PROPERTY)
			.withMessageContaining("number 1")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("planted", "AAAA"));
	}

	@Test
	void idsAreUnique() {
		assertThatExceptionOfType(UnusableKeysException.class)
			.isThrownBy(() -> SealingKeys.of(PROPERTY, "a:" + BASE64 + ",a:" + BASE64))
			.withMessageContaining("'a'");
	}

	@Test
	void noKeysAreNoKeys() {
		assertThatExceptionOfType(UnusableKeysException.class).isThrownBy(() -> SealingKeys.of(PROPERTY, " "))
			.withMessageContaining("there is none");
	}

}
