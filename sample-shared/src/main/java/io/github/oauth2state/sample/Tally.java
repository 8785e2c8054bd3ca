package io.github.oauth2state.sample;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counts what calls were answered. Its methods are public as templates can call no
 * others.
 *
 * @param answers the answers
 * @param failed how many calls had none
 */
record Tally(List<TokenInfo> answers, int failed) {

	/**
	 * Returns a row for each instance, in the order of their names.
	 */
	public List<Row> rows() {
		Map<String, List<Obtained>> byInstance = this.answers.stream()
			.collect(Collectors.groupingBy(TokenInfo::instance, TreeMap::new,
					Collectors.mapping(TokenInfo::obtained, Collectors.toList())));
		return byInstance.entrySet().stream().map((entry) -> Row.of(entry.getKey(), entry.getValue())).toList();
	}

	/**
	 * Returns how often the provider was called: once by each request that says so.
	 */
	public long refreshes() {
		return this.answers.stream()
			.filter((answer) -> answer.obtained() == Obtained.REFRESHED || answer.obtained() == Obtained.EARLY)
			.count();
	}

	/**
	 * What one instance answered.
	 *
	 * @param instance its name
	 * @param counts how often for each way to obtain a token, in their order
	 */
	record Row(String instance, List<Long> counts) {

		private static Row of(String instance, List<Obtained> obtained) {
			return new Row(instance,
					Arrays.stream(Obtained.values())
						.map((way) -> obtained.stream().filter((one) -> one == way).count())
						.toList());
		}

	}

}
