package io.github.oauth2state.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.json.JsonMapper;

/**
 * What was measured, and where. Each result is written as soon as it is there, so that a
 * run that is ended leaves what it had measured.
 */
public final class Report {

	private final Path folder;

	private final Map<String, String> facts = new LinkedHashMap<>();

	private final List<Section> sections = new ArrayList<>();

	private final List<String> exceeded = new ArrayList<>();

	/**
	 * Creates a report.
	 * @param folder where it is written
	 * @throws IOException if the folder cannot be created
	 */
	public Report(Path folder) throws IOException {
		this.folder = Files.createDirectories(folder);
		fact("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
		fact("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
				+ System.getProperty("os.arch"));
		fact("JVM", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
		fact("JVM options", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
	}

	/**
	 * Adds a fact about the run.
	 * @param name its name
	 * @param value its value
	 */
	public void fact(String name, String value) {
		this.facts.put(name, value);
	}

	/**
	 * Adds what was measured, and writes the report.
	 * @param section a table or a chart
	 */
	public void add(Section section) {
		this.sections.add(section);
		progress(section.markdown());
		try {
			section.writeFiles(this.folder);
			StringBuilder text = new StringBuilder("# Benchmarks\n\n");
			this.facts.forEach((name, value) -> text.append("- ").append(name).append(": ").append(value).append('\n'));
			text.append('\n');
			this.sections.forEach((each) -> text.append(each.markdown()));
			Files.writeString(this.folder.resolve("report.md"), text);
			Map<String, Object> data = Map.of("facts", this.facts, "sections",
					this.sections.stream().map(Section::data).toList());
			Files.writeString(this.folder.resolve("report.json"),
					JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(data));
		}
		catch (IOException ex) {
			throw new IllegalStateException("The report cannot be written", ex);
		}
	}

	/**
	 * Compares a count with its limit. Counts do not depend on how fast a machine is, so
	 * a run fails in the end if one is exceeded.
	 * @param count what was counted
	 * @param value how many
	 * @param limit how many are allowed
	 */
	public void limit(String count, double value, double limit) {
		if (!(value <= limit)) {
			this.exceeded.add("%s: %s, and at most %s is allowed".formatted(count, Table.number(value),
					Table.number(limit)));
		}
	}

	/**
	 * Returns the counts that exceed their limits.
	 * @return a sentence for each
	 */
	public List<String> exceeded() {
		return this.exceeded;
	}

	/**
	 * Shows how far the run is.
	 * @param text a text
	 */
	public void progress(String text) {
		System.out.println(text);
	}

}
