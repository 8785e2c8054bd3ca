package io.github.oauth2state.sample;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Prometheus reads from an instance.
 *
 * @param labels the names of the labels of each metric
 */
record Scrape(Map<String, Set<String>> labels) {

	private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][\\w:]*)(?:\\{(.*)\\})? \\S+$",
			Pattern.MULTILINE);

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");

	static Scrape of(String text) {
		Map<String, Set<String>> labels = new TreeMap<>();
		Matcher sample = SAMPLE.matcher(text);
		while (sample.find()) {
			Set<String> found = labels.computeIfAbsent(sample.group(1), (name) -> new TreeSet<>());
			if (sample.group(2) != null) {
				LABEL.matcher(sample.group(2)).results().forEach((label) -> found.add(label.group(1)));
			}
		}
		return new Scrape(labels);
	}

	Set<String> metrics() {
		return this.labels.keySet();
	}

	boolean hasLabel(Collection<String> metrics, String label) {
		return metrics.stream().anyMatch((metric) -> this.labels.getOrDefault(metric, Set.of()).contains(label));
	}

}
