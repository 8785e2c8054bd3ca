package io.github.oauth2state.benchmarks.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.benchmarks.report.Quartiles;
import io.github.oauth2state.benchmarks.report.Report;
import io.github.oauth2state.benchmarks.report.Table;

/**
 * Compares the calls of the stores with the same commands and statements without the
 * library. In each round all of them get one slice of time, in an order that rotates. A
 * store is compared with what it is based on within a round.
 */
public final class StoreCalls {

	/**
	 * How many slices warm calls up.
	 */
	private static final int WARM_UP = 5;

	private final int rounds;

	private final Duration slice;

	/**
	 * Creates a measurement.
	 * @param rounds how many rounds
	 * @param slice how long one kind of calls is measured in a round
	 */
	public StoreCalls(int rounds, Duration slice) {
		this.rounds = rounds;
		this.slice = slice;
	}

	/**
	 * Measures and reports.
	 * @param report takes the results
	 */
	public void run(Report report) {
		// One table for both, so that it is as large and as dirty for each of them
		String database = TestPostgres.instance().createDatabase();
		try (StoreApp onRedis = StoreApp.onRedis();
				StoreApp onPostgresql = StoreApp.onPostgresql(database);
				LettuceCalls lettuce = new LettuceCalls();
				JdbcCalls jdbc = new JdbcCalls(database, 0);
				JdbcCalls bounded = new JdbcCalls(database, 10)) {
			Variant redis = new Variant("Lettuce alone", lettuce, null);
			Variant unbounded = new Variant("JDBC and HikariCP alone", jdbc, null);
			// The driver has a timer for it, whose thread wakes up for each statement
			Variant postgresql = new Variant("JDBC and HikariCP alone, with a query timeout", bounded, unbounded);
			List<Variant> variants = List.of(redis, new Variant("store on Redis", Calls.of(onRedis.store()), redis),
					unbounded, postgresql,
					new Variant("store on PostgreSQL, with a query timeout", Calls.of(onPostgresql.store()), postgresql));
			for (int threads : new int[] { 1, 32 }) {
				report.add(measure(variants, threads, database, report));
			}
		}
	}

	private Table measure(List<Variant> variants, int threads, String database, Report report) {
		variants.forEach((variant) -> Slice.run(variant.calls(), threads, WARM_UP * this.slice.toNanos()));
		Map<Variant, List<Slice>> slices = new LinkedHashMap<>();
		variants.forEach((variant) -> slices.put(variant, new ArrayList<>()));
		List<Variant> order = new ArrayList<>(variants);
		for (int round = 0; round < this.rounds; round++) {
			// Else a checkpoint or autovacuum slows whatever happens to be measured
			TestPostgres.instance().execute(database, "VACUUM oauth2_state");
			TestPostgres.instance().execute(database, "CHECKPOINT");
			for (Variant variant : order) {
				Objects.requireNonNull(slices.get(variant))
					.add(Slice.run(variant.calls(), threads, this.slice.toNanos()));
			}
			Collections.rotate(order, 1);
			report.progress("%d of %d rounds, %d threads".formatted(round + 1, this.rounds, threads));
		}
		return table(threads, slices);
	}

	private static Table table(int threads, Map<Variant, List<Slice>> slices) {
		Table table = new Table("Calls of the stores, %d %s".formatted(threads, (threads == 1) ? "thread" : "threads"),
				"calls", "calls/s", "put, p50 in µs", "take, p50 in µs", "allocated by the caller of put, in bytes",
				"allocated by the caller of take, in bytes", "compared with", "calls/s", "put", "take",
				"allocated by put", "allocated by take");
		slices.forEach((variant, own) -> {
			Variant baseline = variant.baseline();
			List<Slice> others = (baseline != null) ? slices.get(baseline) : null;
			table.add(variant.title(), Table.number(median(own, Slice::calls)),
					Table.number(median(own, Slice::put) / 1e3), Table.number(median(own, Slice::take) / 1e3),
					Table.number(median(own, Slice::putBytes)), Table.number(median(own, Slice::takeBytes)),
					(baseline != null) ? baseline.title() : "", ratio(own, others, Slice::calls),
					ratio(own, others, Slice::put), ratio(own, others, Slice::take),
					ratio(own, others, Slice::putBytes), ratio(own, others, Slice::takeBytes));
		});
		return table;
	}

	private static double median(List<Slice> slices, ToDoubleFunction<Slice> value) {
		return Quartiles.of(slices.stream().mapToDouble(value).toArray()).median();
	}

	private static String ratio(List<Slice> own, @Nullable List<Slice> others, ToDoubleFunction<Slice> value) {
		return (others != null) ? Quartiles.ofRatios(own, others, value).toString() : "";
	}

	/**
	 * One kind of calls.
	 *
	 * @param title what they are
	 * @param calls the calls
	 * @param baseline what they are compared with, if anything
	 */
	private record Variant(String title, Calls calls, @Nullable Variant baseline) {
	}

}
