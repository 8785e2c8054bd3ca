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

	private static final int MAX_BYTES_REDIS = 600;

	private static final int MAX_BYTES_POSTGRESQL = 640;

	/**
	 * Three that save the page in a new session, and one of the starter.
	 */
	private static final int MAX_CALLS_WITH_PAGE = 4;

	/**
	 * A cleanup would be counted with the logins that it falls among.
	 */
	private static final String NO_CLEANUP = "oauth2-state.jdbc.cleanup.enabled=false";

	private static final List<Variant> VARIANTS = List.of(Variant.SPRING_SESSION_REDIS,
			Variant.SPRING_SESSION_INDEXED_REDIS, Variant.STARTER_REDIS, Variant.STARTER_REDIS_AND_SESSIONS,
			Variant.SPRING_SESSION_POSTGRESQL, Variant.STARTER_POSTGRESQL, Variant.STARTER_POSTGRESQL_AND_SESSIONS);

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
				"calls for a page and to begin", "calls for the callback then", "WAL to begin, in bytes",
				"WAL for the callback, in bytes");
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
		try (ConfigurableWebServerApplicationContext app = variant.start(NO_CLEANUP);
				HttpConnection connection = new HttpConnection(Objects.requireNonNull(app.getWebServer()).getPort())) {
			CountedServer server = CountedServer.of(app);
			complete(begin(connection, "", LOGINS));
			server.checkpoint();
			Calls plain = count(server, connection, "");
			Calls afterPage = count(server, connection, "/");
			calls.add(variant.title(), Table.number(plain.begin()), Table.number(plain.callback()),
					Table.number(afterPage.begin()), Table.number(afterPage.callback()),
					Table.number(plain.writtenToBegin()), Table.number(plain.writtenForCallback()));
			server.clear();
			long before = server.bytes();
			begin(connection, "", this.abandoned);
			double bytes = (server.bytes() - before) / (double) this.abandoned;
			double atOneASecond = bytes * server.seconds();
			this.resident.put(variant, atOneASecond);
			left.add(variant.title(), Long.toString(server.records()), Table.number(bytes),
					Long.toString(server.seconds()), Table.number(atOneASecond));
			if (variant == Variant.STARTER_REDIS || variant == Variant.STARTER_POSTGRESQL) {
				report.limit("Calls to begin, " + variant.title(), plain.begin(), 1);
				report.limit("Calls for the callback, " + variant.title(), plain.callback(), 1);
				report.limit("Calls for a page and to begin, " + variant.title(), afterPage.begin(), 1);
				report.limit("Calls for the callback then, " + variant.title(), afterPage.callback(), 1);
				report.limit("Bytes of a pending login, " + variant.title(), bytes,
						(variant == Variant.STARTER_REDIS) ? MAX_BYTES_REDIS : MAX_BYTES_POSTGRESQL);
				report.limit("Records of logins, " + variant.title(), (double) server.records(), this.abandoned);
			}
			if (variant == Variant.STARTER_REDIS_AND_SESSIONS || variant == Variant.STARTER_POSTGRESQL_AND_SESSIONS) {
				report.limit("Calls for a page and to begin, " + variant.title(), afterPage.begin(),
						MAX_CALLS_WITH_PAGE);
			}
		}
	}

	private static Calls count(CountedServer server, HttpConnection connection, String page) {
		List<Visitor> visitors = new ArrayList<>();
		long start = server.written();
		double begin = server.calls(() -> visitors.addAll(begin(connection, page, LOGINS)));
		long begun = server.written();
		double callback = server.calls(() -> complete(visitors));
		return new Calls(begin / LOGINS, callback / LOGINS, (begun - start) / (double) LOGINS,
				(server.written() - begun) / (double) LOGINS);
	}

	private void compare(Report report, Variant starter, Variant session) {
		report.limit("Bytes of logins that nobody completes, %s over %s".formatted(starter.title(), session.title()),
				Objects.requireNonNull(this.resident.get(starter)) / Objects.requireNonNull(this.resident.get(session)),
				0.125);
	}

	private static List<Visitor> begin(HttpConnection connection, String page, int number) {
		List<Visitor> visitors = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			Visitor visitor = new Visitor(connection, Visitor.randomAddress());
			visitor.begin(page);
			visitors.add(visitor);
		}
		return visitors;
	}

	private static void complete(List<Visitor> visitors) {
		visitors.forEach(Visitor::complete);
	}

	/**
	 * What a login costs, on average.
	 *
	 * @param begin calls to begin
	 * @param callback calls for the callback
	 * @param writtenToBegin bytes of the write-ahead log to begin
	 * @param writtenForCallback bytes of the write-ahead log for the callback
	 */
	private record Calls(double begin, double callback, double writtenToBegin, double writtenForCallback) {
	}

}
