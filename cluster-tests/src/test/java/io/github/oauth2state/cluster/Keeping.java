package io.github.oauth2state.cluster;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.demo.cluster.AppCluster;

/**
 * What keeps pending logins. The sessions of those who are signed in are in the same
 * server in any case, so that one differs from the next in nothing else.
 */
enum Keeping {

	STARTER_ON_REDIS("starter, Redis", true, "redis"), SPRING_SESSION_ON_REDIS("Spring Session, Redis", false, "redis"),
	STARTER_ON_POSTGRES("starter, PostgreSQL", true, "jdbc"),
	SPRING_SESSION_ON_POSTGRES("Spring Session, PostgreSQL", false, "jdbc");

	private static final String ALL_LOGINS = "oauth2-state:*";

	private static final String ALL_SESSIONS = "spring:session:sessions:*";

	private final String title;

	private final boolean starter;

	private final String server;

	Keeping(String title, boolean starter, String server) {
		this.title = title;
		this.starter = starter;
		this.server = server;
	}

	/**
	 * Starts a cluster on a server that has nothing in it yet.
	 * @param size how many instances it has
	 */
	Running start(int size) throws InterruptedException {
		if ("redis".equals(this.server)) {
			TestRedis redis = TestRedis.instance();
			redis.flush();
			return new Running(start(size, Map.of("SPRING_DATA_REDIS_URL", redis.url())),
					() -> keys(this.starter ? ALL_LOGINS : ALL_SESSIONS));
		}
		TestPostgres postgres = TestPostgres.instance();
		String database = postgres.createDatabase();
		AppCluster cluster = start(size, Map.of("SPRING_DATASOURCE_URL", postgres.url(database),
				"SPRING_DATASOURCE_USERNAME", postgres.username(), "SPRING_DATASOURCE_PASSWORD", postgres.password()));
		String table = this.starter ? "oauth2_state" : "spring_session";
		return new Running(cluster, () -> postgres.queryNumber(database, "SELECT count(*) FROM " + table));
	}

	private AppCluster start(int size, Map<String, String> environment) throws InterruptedException {
		List<String> args = this.starter ? List.of("--oauth2-state.store=" + this.server,
				// Nobody waits this long, but a large crowd on a small machine does.
				"--oauth2-state.login.ttl=30m", "--oauth2-state.jdbc.initialize-schema=always",
				// What is kept of logins is counted, and an index of sessions would be
				// kept, too
				"--oauth2-state.logout.back-channel=off", "--sample.session-store=" + this.server,
				// The crowd comes when the store has answered each instance once, not
				// while they connect.
				"--management.endpoint.health.group.readiness.include=readinessState,oauth2State")
				: List.of("--oauth2-state.enabled=false", "--sample.session-store=" + this.server);
		return AppCluster.start(size, name().toLowerCase(Locale.ROOT).replace('_', '-'), args, environment);
	}

	private static long keys(String pattern) {
		ScanArgs args = ScanArgs.Builder.matches(pattern).limit(1000);
		long count = 0;
		ScanCursor cursor = ScanCursor.INITIAL;
		do {
			KeyScanCursor<String> keys = TestRedis.instance().commands().scan(cursor, args);
			count += keys.getKeys().size();
			cursor = keys;
		}
		while (!cursor.isFinished());
		return count;
	}

	boolean isStarter() {
		return this.starter;
	}

	@Override
	public String toString() {
		return this.title;
	}

	/**
	 * A cluster, and what is kept for its logins.
	 *
	 * @param cluster the cluster
	 * @param keys counts what is kept for logins that are pending; with Spring Session
	 * these are sessions, which stay when the login is over
	 */
	record Running(AppCluster cluster, LongSupplier keys) implements AutoCloseable {

		long kept() {
			return this.keys.getAsLong();
		}

		@Override
		public void close() {
			this.cluster.close();
		}

	}

}
