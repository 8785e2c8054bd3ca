package io.github.oauth2state.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What was measured of one kind. A row begins with its name.
 */
public final class Table implements Section {

	private final String title;

	private final List<String> columns;

	private final List<List<String>> rows = new ArrayList<>();

	/**
	 * Creates a table.
	 * @param title its title
	 * @param columns the titles of its columns
	 */
	public Table(String title, String... columns) {
		this.title = title;
		this.columns = List.of(columns);
	}

	/**
	 * Adds a row.
	 * @param cells its cells
	 */
	public void add(String... cells) {
		this.rows.add(List.of(cells));
	}

	/**
	 * Formats a number with two or three significant digits.
	 * @param number the number
	 * @return a text
	 */
	public static String number(double number) {
		if (Double.isNaN(number) || Double.isInfinite(number)) {
			return "unknown";
		}
		return new BigDecimal(number).round(new MathContext((Math.abs(number) < 10) ? 2 : 3)).toPlainString();
	}

	@Override
	public String markdown() {
		StringBuilder text = new StringBuilder("## ").append(this.title).append("\n\n");
		text.append("| ").append(String.join(" | ", this.columns)).append(" |\n");
		text.append("| ").append("--- | ".repeat(this.columns.size()).strip()).append('\n');
		this.rows.forEach((row) -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
		return text.append('\n').toString();
	}

	/**
	 * Returns the table as data. Titles of columns may occur twice, so a row is a list.
	 */
	@Override
	public Map<String, Object> data() {
		return Map.of("table", this.title, "columns", this.columns, "rows", this.rows);
	}

}
