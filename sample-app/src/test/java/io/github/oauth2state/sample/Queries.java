package io.github.oauth2state.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.yaml.snakeyaml.Yaml;

/**
 * The PromQL that the dashboard and the rules are made of.
 */
final class Queries {

	static final Path DASHBOARD = Path.of("..", "docker", "grafana", "dashboards", "oauth2-state.json");

	static final Path RULES = Path.of("..", "docker", "prometheus", "rules", "oauth2-state.yml");

	private static final List<String> KEYS = List.of("expr", "query");

	private Queries() {
	}

	/**
	 * Returns every expression.
	 * @return PromQL, with what Grafana will put in still to be put in
	 */
	static List<PromQl> all() {
		List<PromQl> found = new ArrayList<>();
		collect(read(DASHBOARD), KEYS, found);
		collect(read(RULES), KEYS, found);
		return found;
	}

	/**
	 * Returns the names under which the rules record.
	 * @return metric names
	 */
	static List<String> recorded() {
		List<PromQl> found = new ArrayList<>();
		collect(read(RULES), List.of("record"), found);
		return found.stream().map(PromQl::text).toList();
	}

	/**
	 * Returns where the alerts say that they are explained.
	 * @return paths in the repository, with an anchor
	 */
	static List<String> runbooks() {
		List<PromQl> found = new ArrayList<>();
		collect(read(RULES), List.of("runbook_url"), found);
		return found.stream().map(PromQl::text).toList();
	}

	private static Object read(Path file) {
		try {
			// JSON is YAML.
			return new Yaml().load(Files.readString(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void collect(Object node, List<String> keys, List<PromQl> found) {
		if (node instanceof Map<?, ?> map) {
			map.forEach((key, value) -> {
				if (value instanceof String text && keys.contains(key) && !"datasource".equals(map.get("type"))) {
					found.add(new PromQl(text));
				}
				collect(value, keys, found);
			});
		}
		else if (node instanceof List<?> list) {
			list.forEach((element) -> collect(element, keys, found));
		}
	}

}
