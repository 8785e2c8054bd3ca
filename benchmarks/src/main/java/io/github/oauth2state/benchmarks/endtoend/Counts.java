package io.github.oauth2state.benchmarks.endtoend;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.springframework.boot.web.server.context.ConfigurableWebServerApplicationContext;

import io.github.oauth2state.benchmarks.report.Report;
import io.github.oauth2state.benchmarks.report.Table;

/**
 * Counts what logins cost the server that keeps them: calls, bytes that are written
 * ahead, and what is left of logins that nobody completes. None of it depends on how fast
 * a machine is, so it has limits.
 */
public final class Counts {

	private static final int LOGINS = 500;

	private static final int MAX_BYTES = 600;

	private static final List<Variant> VARIANTS = List.of(Variant.SPRING_SESSION_REDIS,
			Variant.SPRING_SESSION_INDEXED_REDIS, Variant.STARTER_REDIS, Variant.SPRING_SESSION_POSTGRESQL,
			Variant.STARTER_POSTGRESQL);

	private final int abandoned;

	private final Map<Variant, Double> resident = new EnumMap<>(Variant.class);

	/**
	 * Creates a measurement.
	 * @param abandoned how many logins begin that nobody completes
	 */
	public Counts(int abandoned) {
		this.abandoned = abandoned;
	}

	/**
	 * Counts and reports.
	 * @param report takes the results
	 */
	public void run(Report report) {
		Table calls = new Table("What one login costs its server", "app", "calls to begin", "calls for the callback",
				"WAL to begin, in bytes", "WAL for the callback, in bytes");
		Table left = new Table("%,d logins that nobody completes".formatted(this.abandoned), "app", "keys or rows",
				"bytes for each login", "kept for, in s", "bytes at one login a second");
		for (Variant variant : VARIANTS) {
			report.progress("Counting: " + variant.title());
			count(variant, calls, left, report);
		}
		report.add(calls);
		report.add(left);
		compare(report, Variant.STARTER_REDIS, Variant.SPRING_SESSION_REDIS);
		compare(report, Variant.STARTER_POSTGRESQL, Variant.SPRING_SESSION_POSTGRESQL);
	}

	private void count(Variant variant, Table calls, Table left, Report report) {
		try (ConfigurableWebServerApplicationContext app = variant.start();
				HttpConnection connection = new HttpConnection(Objects.requireNonNull(app.getWebServer()).getPort())) {
			CountedServer server = CountedServer.of(app);
			complete(begin(connection, LOGINS));
			server.checkpoint();
			List<Visitor> visitors = new ArrayList<>();
			long written = server.written();
			double begin = server.calls(() -> visitors.addAll(begin(connection, LOGINS))) / (double) LOGINS;
			double writtenToBegin = (server.written() - written) / (double) LOGINS;
			written = server.written();
			double callback = server.calls(() -> complete(visitors)) / (double) LOGINS;
			double writtenForCallback = (server.written() - written) / (double) LOGINS;
			calls.add(variant.title(), Table.number(begin), Table.number(callback), Table.number(writtenToBegin),
					Table.number(writtenForCallback));
			server.clear();
			long before = server.bytes();
			begin(connection, this.abandoned);
			double bytes = (server.bytes() - before) / (double) this.abandoned;
			double atOneASecond = bytes * server.seconds();
			this.resident.put(variant, atOneASecond);
			left.add(variant.title(), Long.toString(server.records()), Table.number(bytes),
					Long.toString(server.seconds()), Table.number(atOneASecond));
			if (variant.title().startsWith("starter")) {
				report.limit("Calls to begin, " + variant.title(), begin, 1);
				report.limit("Calls for the callback, " + variant.title(), callback, 1);
				report.limit("Bytes of a pending login, " + variant.title(), bytes, MAX_BYTES);
				report.limit("Records of logins, " + variant.title(), (double) server.records(), this.abandoned);
			}
		}
	}

	private void compare(Report report, Variant starter, Variant session) {
		report.limit("Bytes of logins that nobody completes, %s over %s".formatted(starter.title(), session.title()),
				Objects.requireNonNull(this.resident.get(starter)) / Objects.requireNonNull(this.resident.get(session)),
				0.125);
	}

	private static List<Visitor> begin(HttpConnection connection, int number) {
		List<Visitor> visitors = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			Visitor visitor = new Visitor(connection, Visitor.randomAddress());
			visitor.begin("");
			visitors.add(visitor);
		}
		return visitors;
	}

	private static void complete(List<Visitor> visitors) {
		visitors.forEach(Visitor::complete);
	}

}
