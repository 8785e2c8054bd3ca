package io.github.oauth2state.store.jdbc;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of the records, as it stands in SQL, which cannot take names as parameters.
 *
 * @param text the name, with its schema if it was given with one
 */
record TableName(String text) {

	static final TableName DEFAULT = new TableName("oauth2_state");

	private static final Pattern VALID = Pattern
		.compile("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}");

	private static final String INDEX_SUFFIX = "_expires_at";

	private static final int MAX_INDEX_NAME = 63;

	private static final Pattern IN_SCRIPTS = Pattern
		.compile("\\b" + DEFAULT.text() + "(?<index>" + INDEX_SUFFIX + ")?\\b");

	static boolean isValid(String text) {
		return VALID.matcher(text).matches();
	}

	static TableName of(String text) {
		return new TableName(text);
	}

	boolean hasSchema() {
		return this.text.indexOf('.') >= 0;
	}

	/**
	 * Puts this name in the place of the default one.
	 * @param script a script that names the default table and its index
	 * @return the script for this table
	 */
	String applyTo(String script) {
		return IN_SCRIPTS.matcher(script)
			.replaceAll((found) -> Matcher.quoteReplacement((found.group(1) != null) ? indexName() : this.text));
	}

	private String indexName() {
		// An index lies in the schema of its table, and its name has none. Databases cut
		// what is too long, so that it could become the name of the table.
		String table = this.text.substring(this.text.indexOf('.') + 1);
		int length = Math.min(table.length(), MAX_INDEX_NAME - INDEX_SUFFIX.length());
		return table.substring(0, length) + INDEX_SUFFIX;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
