package io.github.oauth2state.login;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import io.github.oauth2state.StateKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cuts the same text in different ways, and derives keys from the parts.
 */
class KeyFuzzTests {

	@Property
	void keysAreEqualOnlyForEqualParts(@ForAll("cuts") TwoCuts cuts) {
		assertThat(key(cuts.first()).equals(key(cuts.second()))).isEqualTo(cuts.first().equals(cuts.second()));
	}

	private static StateKey key(List<String> parts) {
		return StateKey.of(parts.get(0), parts.get(1), parts.subList(2, parts.size()).toArray(String[]::new));
	}

	/**
	 * HMAC fills up its key with zeros, so that a NUL at the end of the state does not
	 * change the sealing key. It does change the key of the record.
	 */
	@Property
	void keysOfALoginAreEqualOnlyForEqualNamespaceStateAndSecret(@ForAll("cutsInThree") TwoCuts cuts) {
		LoginKeys first = loginKeys(cuts.first());
		LoginKeys second = loginKeys(cuts.second());
		boolean same = cuts.first().equals(cuts.second());
		assertThat(first.key().equals(second.key())).isEqualTo(same);
		assertThat(Arrays.equals(first.sealingKey().getEncoded(), second.sealingKey().getEncoded())).isEqualTo(same);
	}

	private static LoginKeys loginKeys(List<String> parts) {
		return LoginKeys.of(parts.get(0), parts.get(1), parts.get(2));
	}

	@Provide
	Arbitrary<TwoCuts> cuts() {
		Arbitrary<String> texts = Arbitraries.strings()
			.withChars("ab\u0000\u0001\u0002\u0003\u00e9\u4e2d")
			.ofMaxLength(12);
		Arbitrary<List<Integer>> places = Arbitraries.integers().between(0, 12).list().ofMinSize(1).ofMaxSize(5);
		return Combinators.combine(texts, places, places)
			.as((text, first, second) -> new TwoCuts(cut(text, first), cut(text, second)));
	}

	@Provide
	Arbitrary<TwoCuts> cutsInThree() {
		Arbitrary<String> texts = Arbitraries.strings().withChars("ab\u0001/\u00e9\u4e2d").ofMaxLength(80);
		Arbitrary<List<Integer>> places = Arbitraries.integers().between(0, 80).list().ofSize(2);
		return Combinators.combine(texts, places, places)
			.as((text, first, second) -> new TwoCuts(cut(text, first), cut(text, second)));
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

	/**
	 * The parts of one text, cut in two ways.
	 */
	record TwoCuts(List<String> first, List<String> second) {
	}

}
