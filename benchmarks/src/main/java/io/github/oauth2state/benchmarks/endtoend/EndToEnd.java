package io.github.oauth2state.benchmarks.endtoend;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.ConfigurableWebServerApplicationContext;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.benchmarks.report.Chart;
import io.github.oauth2state.benchmarks.report.Quartiles;
import io.github.oauth2state.benchmarks.report.Report;
import io.github.oauth2state.benchmarks.report.Table;

/**
 * Lets visitors log in at all apps of a group, each of which runs in this process. In
 * each round every app gets one slice of time, in a random order. So all of them
 * see the same JVM, machine and servers, and one app is compared with another within a
 * round.
 */
public final class EndToEnd {

	private static final long SEED = 42;

	/**
	 * How many slices warm an app up; again while its code is still being compiled, up to
	 * once for each round.
	 */
	private static final int WARM_UP = 5;

	/**
	 * The part of a warm-up that the JVM's compilers may take at the end.
	 */
	private static final double COMPILING = 0.05;

	private static final double NANOS_PER_MILLI = 1e6;

	private static final int ATTEMPTS = 10;

	private final int rounds;

	private final Duration slice;

	/**
	 * Creates a measurement.
	 * @param rounds how many rounds
	 * @param slice how long one app is measured in a round
	 */
	public EndToEnd(int rounds, Duration slice) {
		this.rounds = rounds;
		this.slice = slice;
	}

	/**
	 * Measures and reports.
	 * @param report takes the results
	 */
	public void run(Report report) {
		for (Group group : Group.values()) {
			run(group, report);
		}
	}

	private void run(Group group, Report report) {
		List<ConfigurableWebServerApplicationContext> apps = new ArrayList<>();
		try {
			Map<Variant, Integer> ports = new EnumMap<>(Variant.class);
			for (Variant variant : group.variants()) {
				ConfigurableWebServerApplicationContext app = variant.start();
				apps.add(app);
				ports.put(variant, Objects.requireNonNull(app.getWebServer()).getPort());
			}
			for (int threads : new int[] { 1, 32 }) {
				measure(group, ports, threads, "", report);
			}
			if (group == Group.SERVLET) {
				measure(group, ports, 32, "/", report);
			}
		}
		finally {
			apps.forEach(ConfigurableWebServerApplicationContext::close);
		}
	}

	private void measure(Group group, Map<Variant, Integer> ports, int threads, String page, Report report) {
		Map<Variant, List<HttpConnection>> connections = new EnumMap<>(Variant.class);
		ports.forEach((variant, port) -> connections.put(variant,
				IntStream.range(0, threads).mapToObj((i) -> new HttpConnection(port)).toList()));
		try {
			connections.forEach((variant, all) -> warmUp(all, page));
			Map<Variant, List<Slice>> slices = new EnumMap<>(Variant.class);
			List<Variant> order = new ArrayList<>(group.variants());
			Random random = new Random(SEED);
			for (int round = 0; round < this.rounds; round++) {
				// Else a checkpoint slows whichever app happens to be measured
				TestPostgres.instance().execute("postgres", "CHECKPOINT");
				// And an app pays for what the one before it left behind
				Collections.shuffle(order, random);
				for (Variant variant : order) {
					System.gc();
					slices.computeIfAbsent(variant, (key) -> new ArrayList<>())
						.add(slice(Objects.requireNonNull(connections.get(variant)), page));
				}
				report.progress(
						"%s: %d of %d rounds, %d threads".formatted(group.title(), round + 1, this.rounds, threads));
			}
			report.add(table(group, threads, page, slices));
			if (threads > 1) {
				addCharts(group, page, slices, report);
			}
		}
		finally {
			connections.values().forEach((all) -> all.forEach(HttpConnection::close));
		}
	}

	/**
	 * Measures an app. Does so again if a connection got no answer: its visitor waited
	 * for it.
	 */
	private Slice slice(List<HttpConnection> connections, String page) {
		for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
			int replaced = replaced(connections);
			Slice slice = Slice.run(connections, page, this.slice.toNanos());
			if (replaced(connections) == replaced) {
				return slice;
			}
		}
		return Slice.run(connections, page, this.slice.toNanos());
	}

	private static int replaced(List<HttpConnection> connections) {
		return connections.stream().mapToInt(HttpConnection::replaced).sum();
	}

	/**
	 * Lets visitors log in until the JVM compiles hardly anything. An app that serves few
	 * logins in a second needs longer for that, and would seem to need more CPU time.
	 */
	private void warmUp(List<HttpConnection> connections, String page) {
		long nanos = WARM_UP * this.slice.toNanos();
		CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
		long compiled;
		int times = 0;
		do {
			long before = compilers.getTotalCompilationTime();
			Slice.run(connections, page, nanos);
			compiled = compilers.getTotalCompilationTime() - before;
			times++;
		}
		while (compiled > COMPILING * nanos / NANOS_PER_MILLI && times < this.rounds);
	}

	private static String title(Group group, int threads, String page) {
		return "%s, %s, %d %s".formatted(page.isEmpty() ? "Logins" : "Logins after a page that was asked for",
				group.title(), threads, (threads == 1) ? "visitor" : "visitors at once");
	}

	private static Table table(Group group, int threads, String page, Map<Variant, List<Slice>> slices) {
		Table table = new Table(title(group, threads, page), "app", "logins/s", "begin, p50 in ms",
				"callback, p50 in ms", "CPU in ms", "compared with", "logins/s", "begin", "callback", "CPU");
		slices.forEach((variant, own) -> {
			Variant baseline = variant.baseline();
			List<Slice> others = (baseline != null) ? slices.get(baseline) : null;
			table.add(variant.title(), Table.number(median(own, Slice::logins)),
					Table.number(median(own, Slice::begin) / 1e6), Table.number(median(own, Slice::callback) / 1e6),
					Table.number(median(own, Slice::cpu) / 1e6), (baseline != null) ? baseline.title() : "",
					format(own, others, Slice::logins), format(own, others, Slice::begin),
					format(own, others, Slice::callback), format(own, others, Slice::cpu));
		});
		return table;
	}

	/**
	 * Shows throughput and CPU time of all apps over those of what they replace.
	 */
	private static void addCharts(Group group, String page, Map<Variant, List<Slice>> slices, Report report) {
		String file = group.name().toLowerCase(Locale.ROOT).replace('_', '-') + (page.isEmpty() ? "" : "-page");
		Chart logins = new Chart("logins-" + file, "Logins per second, over those of the app compared with");
		Chart cpu = new Chart("cpu-" + file, "CPU time of a login, over that of the app compared with");
		slices.forEach((variant, own) -> {
			Variant baseline = variant.baseline();
			if (baseline != null) {
				List<Slice> others = Objects.requireNonNull(slices.get(baseline));
				logins.add(variant.title(), Quartiles.ofRatios(own, others, Slice::logins));
				cpu.add(variant.title(), Quartiles.ofRatios(own, others, Slice::cpu));
			}
		});
		report.add(logins);
		report.add(cpu);
	}

	private static double median(List<Slice> slices, ToDoubleFunction<Slice> value) {
		return Quartiles.of(slices.stream().mapToDouble(value).toArray()).median();
	}

	private static String format(List<Slice> own, @Nullable List<Slice> others, ToDoubleFunction<Slice> value) {
		return (others != null) ? Quartiles.ofRatios(own, others, value).toString() : "";
	}

}
