package io.github.oauth2state.tiers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says at the end of a build which tests did not run, and how to run them. It counts tags
 * in the sources, so that it knows of modules that were not built, too.
 */
public final class LeftOut {

	private static final Map<String, String> COMMANDS = new LinkedHashMap<>();

	static {
		COMMANDS.put("full", "mvn verify -Pfull");
		COMMANDS.put("docker", "mvn verify -Dbackends=docker    (needs Docker)");
		COMMANDS.put("browser", "mvn verify -Dbrowser=chromium   (needs Chromium)");
		COMMANDS.put("cluster", "mvn verify -Pcluster");
	}

	private static final Pattern TAG = Pattern.compile("(?m)^(\\t?)@Tag\\(\"(\\w+)\"\\)");

	private static final String LINE = "-".repeat(72);

	private final Map<String, Integer> classes = new LinkedHashMap<>();

	private final Map<String, Integer> methods = new LinkedHashMap<>();

	private int total;

	private LeftOut() {
	}

	/**
	 * Prints what was left out.
	 * @param args the root of the repository, and the tags that were left out, with
	 * commas in between
	 * @throws IOException if sources cannot be read
	 */
	public static void main(String[] args) throws IOException {
		LeftOut counted = new LeftOut();
		for (Path test : tests(Path.of(args[0]))) {
			counted.count(Files.readString(test));
		}
		System.out.print(counted.describe(new TreeSet<>(List.of(args[1].split(",")))));
	}

	private static List<Path> tests(Path root) throws IOException {
		List<Path> tests = new ArrayList<>();
		try (Stream<Path> modules = Files.list(root)) {
			for (Path sources : modules.map((module) -> module.resolve("src/test/java")).toList()) {
				if (Files.isDirectory(sources)) {
					try (Stream<Path> files = Files.walk(sources)) {
						files.filter((file) -> file.toString().endsWith("Tests.java")).forEach(tests::add);
					}
				}
			}
		}
		return tests;
	}

	private void count(String source) {
		if (source.contains("\nabstract class ")) {
			return;
		}
		this.total++;
		Matcher tags = TAG.matcher(source);
		while (tags.find()) {
			String tag = tags.group(2);
			if (!COMMANDS.containsKey(tag)) {
				throw new IllegalStateException("No tests are run by the tag '" + tag + "'. Use one of "
						+ COMMANDS.keySet() + ", or add it to the poms and here.");
			}
			(tags.group(1).isEmpty() ? this.classes : this.methods).merge(tag, 1, Integer::sum);
		}
	}

	private String describe(Set<String> leftOut) {
		StringBuilder text = new StringBuilder(LINE + "\n");
		int without = leftOut.stream().mapToInt((tag) -> this.classes.getOrDefault(tag, 0)).sum();
		text.append("Not run: %d of %d test classes, and single methods of others%n".formatted(without, this.total));
		COMMANDS.forEach((tag, command) -> {
			if (leftOut.contains(tag)) {
				text.append("  %-8s %3d classes, %2d methods   %s%n".formatted(tag, this.classes.getOrDefault(tag, 0),
						this.methods.getOrDefault(tag, 0), command));
			}
		});
		return text.append(LINE + "\n").toString();
	}

}
