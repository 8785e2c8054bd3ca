package io.github.oauth2state.benchmarks.growth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import io.github.oauth2state.benchmarks.report.Report;
import io.github.oauth2state.benchmarks.report.Table;
import io.github.oauth2state.benchmarks.store.CallTimes;
import io.github.oauth2state.store.jdbc.CleanupWork;

/**
 * Measures the stores while many logins are pending, and how they get rid of those that
 * have expired.
 */
public final class Growth {

	private static final int CALLS = 2000;

	/**
	 * Enough for the JVM to compile what is measured, whichever size comes first.
	 */
	private static final int WARM_UP = 5000;

	private static final int CYCLES = 3;

	private final int cycleSize;

	private final int[] sizes;

	/**
	 * Creates a measurement.
	 * @param cycleSize how many records are stored and removed again and again
	 * @param sizes how many records there are, one measurement each
	 */
	public Growth(int cycleSize, int... sizes) {
		this.cycleSize = cycleSize;
		this.sizes = sizes.clone();
	}

	/**
	 * Measures and reports.
	 * @param report takes the results
	 */
	public void run(Report report) {
		report.add(calls(report));
		report.add(cleanup(report));
		report.add(cycles());
	}

	private Table calls(Report report) {
		Table table = new Table("Calls of the stores while logins are pending, 1 thread", "store", "pending logins",
				"put, p50 in µs", "put, p99 in µs", "take, p50 in µs", "take, p99 in µs", "bytes per record");
		addCalls(table, "Redis", FilledRedis::new, report);
		addCalls(table, "PostgreSQL", FilledPostgresql::pending, report);
		return table;
	}

	private void addCalls(Table table, String title, IntFunction<FilledStore> source, Report report) {
		for (int size : this.sizes) {
			report.progress("%s with %,d pending logins".formatted(title, size));
			try (FilledStore store = source.apply(size)) {
				Visitors visitors = new Visitors(store.calls());
				visitors.replace(size, WARM_UP);
				store.settle();
				CallTimes times = visitors.replace(size, CALLS);
				List<String> row = new ArrayList<>(List.of(title, "%,d".formatted(size)));
				row.addAll(quantiles(times));
				row.add(Table.number(store.bytesPerRecord()));
				table.add(row.toArray(String[]::new));
			}
		}
	}

	private Table cleanup(Report report) {
		Table table = new Table("Removal of expired logins, PostgreSQL, while 1 thread goes on", "expired logins",
				"removed in s, with pauses", "of that in statements, in s", "puts meanwhile", "put, p50 in µs",
				"put, p99 in µs", "take, p50 in µs", "take, p99 in µs");
		for (int size : this.sizes) {
			report.progress("Removing %,d expired logins".formatted(size));
			try (FilledPostgresql store = FilledPostgresql.expired(size)) {
				Visitors visitors = new Visitors(store.calls());
				visitors.add(WARM_UP);
				store.settle();
				CallTimes before = visitors.add(CALLS);
				addCleanup(table, "%,d, before the removal".formatted(size), "", "", before);
				CleanupWork cleanup = store.cleanup();
				CallTimes during = visitors.addDuring(() -> clean(cleanup, size));
				addCleanup(table, "%,d, during the removal".formatted(size), Table.number(cleanup.took() / 1e9),
						Table.number(cleanup.statements() / 1e9), during);
			}
		}
		return table;
	}

	private static void addCleanup(Table table, String title, String removed, String statements, CallTimes times) {
		List<String> row = new ArrayList<>(List.of(title, removed, statements, Integer.toString(times.puts().count())));
		row.addAll(quantiles(times));
		table.add(row.toArray(String[]::new));
	}

	private Table cycles() {
		Table table = new Table(
				"Size of the table in MB, PostgreSQL, when %,d logins expire again and again".formatted(this.cycleSize),
				"cycle", "filled", "cleaned", "vacuumed");
		try (FilledPostgresql store = FilledPostgresql.expired(0)) {
			for (int cycle = 0; cycle < CYCLES; cycle++) {
				store.fillExpired(cycle * this.cycleSize + 1, (cycle + 1) * this.cycleSize);
				String filled = megabytes(store);
				clean(store.cleanup(), this.cycleSize);
				String cleaned = megabytes(store);
				// In the place of autovacuum, which is on, but looks once in a minute
				store.vacuum();
				table.add(Integer.toString(cycle + 1), filled, cleaned, megabytes(store));
			}
		}
		return table;
	}

	private static void clean(CleanupWork cleanup, int expected) {
		cleanup.run();
		if (cleanup.removed() != expected) {
			throw new IllegalStateException(
					"%d records were removed and not %d".formatted(cleanup.removed(), expected));
		}
	}

	private static String megabytes(FilledPostgresql store) {
		return Table.number(store.size() / 1e6);
	}

	private static List<String> quantiles(CallTimes times) {
		return Stream.of(times.puts(), times.takes())
			.flatMap((samples) -> Stream.of(samples.quantile(0.5), samples.quantile(0.99)))
			.map((nanos) -> Table.number(nanos / 1e3))
			.toList();
	}

}
