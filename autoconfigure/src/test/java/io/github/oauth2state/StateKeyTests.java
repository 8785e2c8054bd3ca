package io.github.oauth2state;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link StateKey}.
 */
class StateKeyTests {

	private static final HexFormat HEX = HexFormat.of();

	@Test
	void keyHasTheDocumentedLength() {
		assertThat(StateKey.LENGTH).isEqualTo(32);
		assertThat(StateKey.of("shop", "login").toByteArray()).hasSize(StateKey.LENGTH);
		assertThat(StateKey.of("shop", "login", "a".repeat(100_000)).toByteArray()).hasSize(StateKey.LENGTH);
	}

	@Test
	void samePartsGiveTheSameKey() {
		StateKey key = StateKey.of("shop", "login", "state", "secret");
		StateKey again = StateKey.of("shop", "login", "state", "secret");
		assertThat(again).isEqualTo(key).hasSameHashCodeAs(key);
		assertThat(again.toByteArray()).isEqualTo(key.toByteArray());
	}

	@Test
	void namespacePurposeAndEveryPartSeparateKeys() {
		List<StateKey> keys = List.of(StateKey.of("shop", "login", "state", "secret"),
				StateKey.of("bank", "login", "state", "secret"), StateKey.of("shop", "refresh", "state", "secret"),
				StateKey.of("shop", "login", "other", "secret"), StateKey.of("shop", "login", "state", "other"),
				StateKey.of("shop", "login", "secret", "state"), StateKey.of("shop", "login", "state"),
				StateKey.of("shop", "login", "state", "secret", ""), StateKey.of("login", "shop", "state", "secret"));
		assertThat(keys).doesNotHaveDuplicates();
	}

	@Test
	void noTwoWaysToCutATextIntoPartsGiveTheSameKey() {
		String text = "aabbcc";
		Set<List<String>> cuts = new HashSet<>();
		List<StateKey> keys = new ArrayList<>();
		for (int first = 0; first <= text.length(); first++) {
			for (int second = first; second <= text.length(); second++) {
				for (int third = second; third <= text.length(); third++) {
					List<String> cut = List.of(text.substring(0, first), text.substring(first, second),
							text.substring(second, third), text.substring(third));
					if (cuts.add(cut)) {
						keys.add(StateKey.of(cut.get(0), cut.get(1), cut.get(2), cut.get(3)));
					}
				}
			}
		}
		assertThat(keys).hasSizeGreaterThan(80).doesNotHaveDuplicates();
	}

	@Test
	void boundariesBetweenNamespacePurposeAndPartsCannotBeMoved() {
		assertThat(StateKey.of("a", "bc")).isNotEqualTo(StateKey.of("ab", "c"));
		assertThat(StateKey.of("a", "b", "c")).isNotEqualTo(StateKey.of("a", "bc"));
		assertThat(StateKey.of("n", "p", "a", "bc")).isNotEqualTo(StateKey.of("n", "p", "ab", "c"));
		assertThat(StateKey.of("n", "p", "abc")).isNotEqualTo(StateKey.of("n", "p", "abc", ""));
		assertThat(StateKey.of("n", "p", "a\u0000\u0000\u0000\u0001b")).isNotEqualTo(StateKey.of("n", "p", "a", "b"));
	}

	@Test
	void keyIsTheDigestOfTheFormatAndOfEachPartBehindItsLength() throws Exception {
		MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
		ByteArrayOutputStream layout = new ByteArrayOutputStream();
		layout.write(1);
		for (String part : List.of("shop", "login", "stäte-😀", "sécret")) {
			byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
			layout.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
			layout.writeBytes(bytes);
		}
		byte[] expected = sha256.digest(layout.toByteArray());
		assertThat(StateKey.of("shop", "login", "stäte-😀", "sécret").toByteArray()).isEqualTo(expected);
	}

	/**
	 * Recorded once. A key that differs loses every record which an earlier version
	 * stored.
	 */
	@Test
	void keysAreThoseOfEarlierVersions() {
		assertThat(HEX.formatHex(StateKey.of("shop", "login", "stäte-😀", "sécret").toByteArray()))
			.isEqualTo("d3b7a486368e3278e79b9cdcf02d7e2331b42616751d227979d38f3d227602bf");
		assertThat(HEX.formatHex(StateKey.of("shop", "login").toByteArray()))
			.isEqualTo("a2970b29e34c630ed27f4a0d8fe2e2954f8bd7b495c557f04d846234442916ba");
	}

	@Test
	void textDisclosesNothing() {
		StateKey key = StateKey.of("planted-namespace", "planted-purpose", "planted-state");
		assertThat(key.toString()).isEqualTo(StateKey.of("n", "p").toString())
			.doesNotContain("planted")
			.doesNotContain(HEX.formatHex(key.toByteArray(), 0, 4));
	}

	@Test
	void bytesAreACopy() {
		StateKey key = StateKey.of("shop", "login", "state");
		byte[] bytes = key.toByteArray();
		byte[] before = bytes.clone();
		bytes[0]++;
		assertThat(key.toByteArray()).isEqualTo(before).isNotEqualTo(bytes);
		assertThat(key).isEqualTo(StateKey.of("shop", "login", "state"));
	}

	@Test
	void keyThatWasKeptAsBytesIsTheSame() {
		StateKey key = StateKey.of("shop", "login", "state");
		byte[] bytes = key.toByteArray();
		StateKey kept = StateKey.fromByteArray(bytes);
		bytes[0]++;
		assertThat(kept).isEqualTo(key);
		assertThatIllegalArgumentException().isThrownBy(() -> StateKey.fromByteArray(new byte[31]))
			.withMessageContaining("31");
		assertThatIllegalArgumentException().isThrownBy(() -> StateKey.fromByteArray(new byte[33]));
	}

	@Test
	void keyEqualsNothingElse() {
		assertThat(StateKey.of("shop", "login").equals(null)).isFalse();
		assertThat(StateKey.of("shop", "login")).isNotEqualTo("StateKey[hidden]");
	}

}
