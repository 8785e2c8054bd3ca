package io.github.oauth2state.demo.check;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts attempts, and shows them as they come and in a table at the end.
 */
public final class Report {

	private static final int MAX_REASONS = 5;

	private final PrintStream out;

	private final List<Line> lines = new ArrayList<>();

	/**
	 * Creates an empty report.
	 * @param out where to print
	 */
	public Report(PrintStream out) {
		this.out = out;
	}

	/**
	 * Begins a line; what is attempted from now on is counted there.
	 * @param title what is attempted
	 */
	public void begin(String title) {
		this.lines.add(new Line(title));
		this.out.printf("%n  %s%n  ", title);
		this.out.flush();
	}

	/**
	 * Makes an attempt, which fails by any exception.
	 * @param attempt what to do
	 * @throws InterruptedException if interrupted
	 */
	void attempt(Attempt attempt) throws InterruptedException {
		try {
			attempt.run();
			passed();
		}
		catch (InterruptedException ex) {
			throw ex;
		}
		catch (Exception ex) {
			failed(ex);
		}
	}

	/**
	 * Counts an attempt that went right.
	 */
	public void passed() {
		current().passed++;
		show('.');
	}

	/**
	 * Counts an attempt that went wrong.
	 * @param reason why
	 */
	public void failed(Exception reason) {
		current().failed++;
		current().reasons.add((reason.getMessage() != null) ? reason.getMessage() : reason.toString());
		show('F');
	}

	private void show(char result) {
		this.out.print(result);
		this.out.flush();
	}

	private Line current() {
		return this.lines.get(this.lines.size() - 1);
	}

	/**
	 * Tells whether nothing went wrong.
	 * @return whether no attempt failed
	 */
	public boolean isClean() {
		return failures() == 0;
	}

	private int failures() {
		return this.lines.stream().mapToInt((line) -> line.failed).sum();
	}

	/**
	 * Prints the reasons of failures, the table, and the sums as the last line.
	 */
	public void print() {
		this.out.println();
		this.lines.forEach(this::printReasons);
		this.out.printf("%n  %-68s %6s %6s%n", "", "passed", "failed");
		this.lines.forEach((line) -> this.out.printf("  %-68s %6d %6d%n", line.title, line.passed, line.failed));
		int passed = this.lines.stream().mapToInt((line) -> line.passed).sum();
		this.out.printf("%n%d passed, %d failed%n", passed, failures());
		this.out.flush();
	}

	private void printReasons(Line line) {
		if (line.failed == 0) {
			return;
		}
		this.out.printf("%n  %s: %d failed%n", line.title, line.failed);
		line.reasons.stream().distinct().limit(MAX_REASONS).forEach((reason) -> this.out.println("    " + reason));
	}

	/**
	 * Something that can go wrong.
	 */
	@FunctionalInterface
	interface Attempt {

		void run() throws Exception;

	}

	private static final class Line {

		private final String title;

		private final List<String> reasons = new ArrayList<>();

		private int passed;

		private int failed;

		private Line(String title) {
			this.title = title;
		}

	}

}
