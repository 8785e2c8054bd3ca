package io.github.oauth2state.benchmarks;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import io.github.oauth2state.benchmarks.report.Report;
import io.github.oauth2state.benchmarks.report.Table;
import io.github.oauth2state.login.LoginWork;

/**
 * Measures the work of the library alone, without network and app.
 */
final class Work {

	/**
	 * A tenth more than what JDK 17 needs, which differs by a few per cent between runs.
	 */
	private static final Map<String, Double> MAX_BYTES = Map.of("begin", 14_500.0, "callback", 18_200.0);

	private Work() {
	}

	static void run(Report report, boolean full) throws RunnerException {
		ChainedOptionsBuilder options = new OptionsBuilder().include(LoginWork.class.getName())
			.addProfiler(GCProfiler.class)
			.verbosity(VerboseMode.SILENT)
			.forks(full ? 2 : 1)
			// Two cores compile for more than ten seconds
			.warmupIterations(full ? 15 : 2)
			.measurementIterations(full ? 5 : 2)
			.warmupTime(TimeValue.seconds(1))
			.measurementTime(TimeValue.seconds(1));
		report.progress("The library's own work, in JVMs of their own");
		Table table = new Table("The library's own work", "work", "time in µs", "± (99.9 %)", "allocated in bytes");
		List<RunResult> results = new Runner(options.build()).run()
			.stream()
			.sorted(Comparator.comparing((RunResult result) -> result.getPrimaryResult().getLabel()))
			.toList();
		for (RunResult result : results) {
			Result<?> time = result.getPrimaryResult();
			double bytes = Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")).getScore();
			table.add(time.getLabel(), Table.number(time.getScore()), Table.number(time.getScoreError()),
					Long.toString(Math.round(bytes)));
			Double limit = MAX_BYTES.get(time.getLabel());
			if (limit != null) {
				report.limit("Bytes allocated for " + time.getLabel(), bytes, limit);
			}
		}
		report.add(table);
	}

}
