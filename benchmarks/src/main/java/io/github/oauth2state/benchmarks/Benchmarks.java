package io.github.oauth2state.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

import org.openjdk.jmh.runner.RunnerException;
import org.springframework.boot.SpringBootVersion;

import io.github.oauth2state.benchmarks.endtoend.EndToEnd;
import io.github.oauth2state.benchmarks.report.Report;

/**
 * Runs all benchmarks, or those that are named.
 */
final class Benchmarks {

	private Benchmarks() {
	}

	public static void main(String[] args) throws IOException, RunnerException {
		Locale.setDefault(Locale.ROOT);
		boolean full = !System.getProperty("benchmarks", "full").equals("short");
		Report report = new Report(Path.of(System.getProperty("benchmarks.report", "target/report")));
		report.fact("Spring Boot", SpringBootVersion.getVersion());
		Work.run(report, full);
		new EndToEnd(full ? 21 : 3, full ? Duration.ofSeconds(1) : Duration.ofMillis(300)).run(report);
		System.exit(0);
	}

}
