package io.github.oauth2state.login;

import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LoginKeys}.
 */
class LoginKeysTests {

	private static final String SECRET = "A".repeat(43);

	@Test
	void namespaceStateAndSecretSeparateBothKeys() {
		List<LoginKeys> keys = List.of(LoginKeys.of("shop", "state", SECRET), LoginKeys.of("bank", "state", SECRET),
				LoginKeys.of("shop", "other", SECRET), LoginKeys.of("shop", "state", "B".repeat(43)),
				LoginKeys.of("shop", SECRET, "state"));
		assertThat(keys).extracting(LoginKeys::key).doesNotHaveDuplicates();
		assertThat(keys).extracting((key) -> HexFormat.of().formatHex(key.sealingKey().getEncoded()))
			.doesNotHaveDuplicates();
	}

	@Test
	void sealingKeyIsForAes256() {
		LoginKeys keys = LoginKeys.of("shop", "state", SECRET);
		assertThat(keys.sealingKey().getAlgorithm()).isEqualTo("AES");
		assertThat(keys.sealingKey().getEncoded()).hasSize(256 / Byte.SIZE);
	}

	@Test
	void sealingKeyDoesNotFollowFromTheNameOfTheRecord() {
		LoginKeys keys = LoginKeys.of("shop", "state", SECRET);
		assertThat(keys.sealingKey().getEncoded()).isNotEqualTo(keys.key().toByteArray());
	}

	/**
	 * Recorded once, computed by another implementation. Keys that differ lose every
	 * login which an earlier version began.
	 */
	@Test
	void keysAreThoseOfEarlierVersions() {
		LoginKeys keys = LoginKeys.of("shop", "state-1", SECRET);
		assertThat(HexFormat.of().formatHex(keys.key().toByteArray()))
			.isEqualTo("994d67f68a2c19b7489ed67adf42cfbca4ad19ea7861b4189ee634a598745139");
		assertThat(HexFormat.of().formatHex(keys.sealingKey().getEncoded()))
			.isEqualTo("8cf4b086857fcc7dfa9b3c3f8cfb50f4e522e6853fcbaf3e8792b57141bebd84");
	}

}
