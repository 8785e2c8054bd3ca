package io.github.oauth2state.sample;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An expression, understood just far enough to tell what it asks for.
 *
 * @param text the expression
 */
record PromQl(String text) {

	private static final String IDENTIFIER = "[a-zA-Z_][a-zA-Z0-9_:]*";

	private static final Pattern MATCHERS = Pattern.compile("\\{([^}]*)\\}");

	private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"([^\"]*)\"");

	private static final Pattern GROUPING = Pattern
		.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");

	private static final Pattern VALUES_OF_LABEL = Pattern.compile("^label_values\\((.*),\\s*(\\w+)\\)$",
			Pattern.DOTALL);

	private static final Pattern NAME = Pattern.compile("(?<![\\w.$])" + IDENTIFIER + "(?!\\w*\\s*\\()");

	private static final Set<String> KEYWORDS = Set.of("and", "or", "unless", "offset", "bool", "by", "on", "without");

	/**
	 * Returns the metrics.
	 * @return their names
	 */
	Set<String> metrics() {
		String names = VALUES_OF_LABEL.matcher(this.text).replaceAll("$1");
		for (String other : List.of(MATCHERS.pattern(), GROUPING.pattern(), "\\[[^]]*\\]", "\"[^\"]*\"")) {
			names = names.replaceAll(other, " ");
		}
		return NAME.matcher(names)
			.results()
			.map(MatchResult::group)
			.filter((name) -> !KEYWORDS.contains(name))
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	/**
	 * Returns the labels that it selects, groups or lists by.
	 * @return their names
	 */
	Set<String> labels() {
		Stream<String> groupings = GROUPING.matcher(this.text)
			.results()
			.flatMap((grouping) -> Stream.of(grouping.group(1).split(",")))
			.map(String::trim);
		Stream<String> listed = VALUES_OF_LABEL.matcher(this.text).results().map((found) -> found.group(2));
		return Stream.of(matchers().map(Matcher::label), groupings, listed)
			.flatMap((labels) -> labels)
			.filter((label) -> !label.isEmpty())
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	/**
	 * Returns what it selects by.
	 * @return a label and a value each; alternatives of a regular expression are taken
	 * apart
	 */
	Stream<Matcher> matchers() {
		return MATCHERS.matcher(this.text)
			.results()
			.flatMap((selector) -> MATCHER.matcher(selector.group(1)).results())
			.flatMap((matcher) -> Stream.of(matcher.group(2).split("\\|"))
				.map((value) -> new Matcher(matcher.group(1), value)));
	}

	record Matcher(String label, String value) {
	}

}
