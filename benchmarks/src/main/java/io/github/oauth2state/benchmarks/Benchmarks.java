package io.github.oauth2state.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

import org.openjdk.jmh.runner.RunnerException;
import org.springframework.boot.SpringBootVersion;
import org.springframework.util.StringUtils;

import io.github.oauth2state.benchmarks.endtoend.Counts;
import io.github.oauth2state.benchmarks.endtoend.EndToEnd;
import io.github.oauth2state.benchmarks.growth.Growth;
import io.github.oauth2state.benchmarks.report.Report;
import io.github.oauth2state.benchmarks.store.StoreCalls;

/**
 * Runs all benchmarks, or those that are named. Ends with status 1 if a count exceeds its
 * limit.
 */
public final class Benchmarks {

	private Benchmarks() {
	}

	/**
	 * Runs the benchmarks.
	 * @param args ignored
	 * @throws IOException if the report cannot be written
	 * @throws RunnerException if JMH fails
	 */
	public static void main(String[] args) throws IOException, RunnerException {
		Locale.setDefault(Locale.ROOT);
		boolean full = !System.getProperty("benchmarks", "full").equals("short");
		Set<String> only = StringUtils.commaDelimitedListToSet(System.getProperty("benchmarks.only"));
		int rounds = full ? 11 : 2;
		Duration slice = Duration.ofMillis(full ? 800 : 250);
		Report report = new Report(Path.of(System.getProperty("benchmarks.report", "target/report")));
		report.fact("Spring Boot", SpringBootVersion.getVersion());
		report.fact("run", full ? "full" : "short, which only shows that everything works");
		if (only.isEmpty() || only.contains("work")) {
			Work.run(report, full);
		}
		if (only.isEmpty() || only.contains("counts")) {
			new Counts(full ? 10_000 : 2_000).run(report);
		}
		if (only.isEmpty() || only.contains("calls")) {
			new StoreCalls(rounds, slice).run(report);
		}
		if (only.isEmpty() || only.contains("logins")) {
			new EndToEnd(rounds, slice).run(report);
		}
		if (only.isEmpty() || only.contains("growth")) {
			Growth growth = full ? new Growth(100_000, 1_000, 100_000, 1_000_000) : new Growth(10_000, 1_000, 10_000);
			growth.run(report);
		}
		report.exceeded().forEach((sentence) -> report.progress("Too much. " + sentence));
		System.exit(report.exceeded().isEmpty() ? 0 : 1);
	}

}
