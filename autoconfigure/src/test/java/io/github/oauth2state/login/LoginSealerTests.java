package io.github.oauth2state.login;

import java.util.HexFormat;
import java.util.List;

import javax.crypto.SecretKey;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LoginSealer}.
 */
class LoginSealerTests {

	private static final String SECRET = "A".repeat(43);

	@Test
	void namespaceStateAndSecretSeparateBothKeys() {
		List<String[]> logins = List.of(new String[] { "shop", "state", SECRET },
				new String[] { "bank", "state", SECRET }, new String[] { "shop", "other", SECRET },
				new String[] { "shop", "state", "B".repeat(43) }, new String[] { "shop", SECRET, "state" });
		assertThat(logins).extracting((login) -> TestRequests.sealer(login[0]).key(login[1], login[2]))
			.doesNotHaveDuplicates();
		assertThat(logins)
			.extracting((login) -> hex(TestRequests.sealer(login[0]).sealingKey(login[1], login[2]).getEncoded()))
			.doesNotHaveDuplicates();
	}

	@Test
	void sealingKeyIsForAes256() {
		SecretKey key = TestRequests.sealer("shop").sealingKey("state", SECRET);
		assertThat(key.getAlgorithm()).isEqualTo("AES");
		assertThat(key.getEncoded()).hasSize(256 / Byte.SIZE);
	}

	@Test
	void sealingKeyDoesNotFollowFromTheNameOfTheRecord() {
		LoginSealer sealer = TestRequests.sealer("shop");
		assertThat(sealer.sealingKey("state", SECRET).getEncoded())
			.isNotEqualTo(sealer.key("state", SECRET).toByteArray());
	}

	/**
	 * Recorded once, computed by another implementation. Keys that differ lose every
	 * login which an earlier version began.
	 */
	@Test
	void keysAreThoseOfEarlierVersions() {
		LoginSealer sealer = TestRequests.sealer("shop");
		assertThat(hex(sealer.key("state-1", SECRET).toByteArray()))
			.isEqualTo("994d67f68a2c19b7489ed67adf42cfbca4ad19ea7861b4189ee634a598745139");
		assertThat(hex(sealer.sealingKey("state-1", SECRET).getEncoded()))
			.isEqualTo("8cf4b086857fcc7dfa9b3c3f8cfb50f4e522e6853fcbaf3e8792b57141bebd84");
	}

	private static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes);
	}

}
