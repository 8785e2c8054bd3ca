package io.github.oauth2state.store.jdbc;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of the table, checked, as SQL statements cannot have names as parameters.
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
	 * Replaces the default name by this one.
	 * @param script a script that names the default table and its index
	 * @return the script for this table
	 */
	String applyTo(String script) {
		return IN_SCRIPTS.matcher(script)
			.replaceAll((found) -> Matcher.quoteReplacement((found.group(1) != null) ? indexName() : this.text));
	}

	private String indexName() {
		// The name of an index has no schema, as the index is in that of its table.
		// Databases cut a name that is too long, so it could become that of the table.
		String table = this.text.substring(this.text.indexOf('.') + 1);
		int length = Math.min(table.length(), MAX_INDEX_NAME - INDEX_SUFFIX.length());
		return table.substring(0, length) + INDEX_SUFFIX;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
