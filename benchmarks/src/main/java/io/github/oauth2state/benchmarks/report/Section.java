package io.github.oauth2state.benchmarks.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A part of a report.
 */
public sealed interface Section permits Table, Chart {

	/**
	 * Returns the section as text.
	 * @return the Markdown, which ends with an empty line
	 */
	String markdown();

	/**
	 * Returns the section as data.
	 * @return what is written as JSON
	 */
	Map<String, Object> data();

	/**
	 * Writes the files that the text refers to.
	 * @param folder the folder of the report
	 * @throws IOException if they cannot be written
	 */
	default void writeFiles(Path folder) throws IOException {
	}

}
