package io.github.oauth2state.login;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.fuzz.Fuzz;
import io.github.oauth2state.fuzz.RandomInputs;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cuts the same text in different ways, and derives keys from the parts.
 */
class KeyFuzzTests {

	@Test
	void keysAreEqualOnlyForEqualParts() {
		Fuzz.tries((random) -> {
			String text = RandomInputs.text(random, "ab\u0000\u0001\u0002\u0003\u00e9\u4e2d", 12);
			List<String> first = cut(text, places(random, 1 + RandomInputs.upTo(random, 4), 12));
			List<String> second = cut(text, places(random, 1 + RandomInputs.upTo(random, 4), 12));
			assertThat(key(first).equals(key(second))).isEqualTo(first.equals(second));
		});
	}

	private static StateKey key(List<String> parts) {
		return StateKey.of(parts.get(0), parts.get(1), parts.subList(2, parts.size()).toArray(String[]::new));
	}

	/**
	 * HMAC fills up its key with zeros, so that a NUL at the end of the state does not
	 * change the sealing key. It does change the key of the record.
	 */
	@Test
	void keysOfALoginAreEqualOnlyForEqualNamespaceStateAndSecret() {
		Fuzz.tries((random) -> {
			String text = RandomInputs.text(random, "ab\u0001/\u00e9\u4e2d", 80);
			List<String> first = cut(text, places(random, 2, 80));
			List<String> second = cut(text, places(random, 2, 80));
			boolean same = first.equals(second);
			assertThat(recordKey(first).equals(recordKey(second))).isEqualTo(same);
			assertThat(Arrays.equals(sealingKey(first), sealingKey(second))).isEqualTo(same);
		});
	}

	private static StateKey recordKey(List<String> parts) {
		return TestRequests.sealer(parts.get(0)).key(parts.get(1), parts.get(2));
	}

	private static byte[] sealingKey(List<String> parts) {
		return TestRequests.sealer(parts.get(0)).sealingKey(parts.get(1), parts.get(2)).getEncoded();
	}

	private static List<Integer> places(SplittableRandom random, int count, int max) {
		return RandomInputs.list(count, () -> RandomInputs.upTo(random, max));
	}

	private static List<String> cut(String text, List<Integer> places) {
		List<String> parts = new ArrayList<>();
		int from = 0;
		for (int place : places.stream().sorted().toList()) {
			int to = Math.min(place, text.length());
			parts.add(text.substring(from, to));
			from = to;
		}
		parts.add(text.substring(from));
		return parts;
	}

}
