package io.github.oauth2state.benchmarks.endtoend;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.lettuce.core.ScriptOutputType;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;

/**
 * The server of an app, as it counts its work and its data.
 */
abstract class CountedServer {

	static CountedServer of(ConfigurableApplicationContext app) {
		String url = app.getEnvironment().getProperty("spring.datasource.url");
		return (url != null) ? new Postgres(url.substring(url.lastIndexOf('/') + 1)) : new Redis();
	}

	/**
	 * Returns how many commands or statements the server executed.
	 */
	long calls(Runnable work) {
		return callsDuring(work).values().stream().mapToLong(Integer::longValue).sum();
	}

	abstract Map<String, Integer> callsDuring(Runnable work);

	/**
	 * Returns the position in the write-ahead log, in bytes.
	 */
	abstract long written();

	/**
	 * Writes a checkpoint, after which the next change of a page logs the whole page.
	 */
	abstract void checkpoint();

	abstract void clear();

	/**
	 * Returns how many bytes all data takes, with indexes.
	 */
	abstract long bytes();

	abstract long records();

	/**
	 * Returns how long the newest record is kept, in seconds.
	 */
	abstract long seconds();

	private static final class Redis extends CountedServer {

		private static final double MILLIS = 1000;

		/**
		 * Names of keys are bytes, which need not be text.
		 */
		private static final String LONGEST = """
				local longest = 0
				for _, key in ipairs(redis.call('KEYS', '*')) do
					longest = math.max(longest, redis.call('PTTL', key))
				end
				return longest""";

		private final TestRedis redis = TestRedis.instance();

		@Override
		Map<String, Integer> callsDuring(Runnable work) {
			return this.redis.callsDuring(work);
		}

		@Override
		long written() {
			return 0;
		}

		@Override
		void checkpoint() {
		}

		@Override
		void clear() {
			this.redis.flush();
		}

		@Override
		long bytes() {
			return this.redis.usedMemory();
		}

		@Override
		long records() {
			return this.redis.commands().dbsize();
		}

		@Override
		long seconds() {
			long longest = this.redis.commands().eval(LONGEST, ScriptOutputType.INTEGER);
			return Math.round(longest / MILLIS);
		}

	}

	private static final class Postgres extends CountedServer {

		private final TestPostgres postgres = TestPostgres.instance();

		private final String database;

		private final List<Table> tables;

		Postgres(String database) {
			this.database = database;
			this.tables = Stream.of(Table.values())
				.filter((table) -> number("SELECT count(*) FROM pg_tables WHERE tablename = '%s'".formatted(table)) > 0)
				.toList();
		}

		private long number(String sql) {
			return this.postgres.queryNumber(this.database, sql);
		}

		@Override
		Map<String, Integer> callsDuring(Runnable work) {
			return this.postgres.callsDuring(this.database, work);
		}

		@Override
		long written() {
			return number("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
		}

		@Override
		void checkpoint() {
			this.postgres.execute(this.database, "CHECKPOINT");
		}

		@Override
		void clear() {
			this.tables.forEach((table) -> this.postgres.execute(this.database, "TRUNCATE " + table + " CASCADE"));
		}

		@Override
		long bytes() {
			return this.tables.stream()
				.mapToLong((table) -> number("SELECT pg_total_relation_size('" + table + "')"))
				.sum();
		}

		@Override
		long records() {
			return this.tables.stream()
				.filter((table) -> !table.seconds.isEmpty())
				.mapToLong((table) -> number("SELECT count(*) FROM " + table))
				.sum();
		}

		@Override
		long seconds() {
			return this.tables.stream()
				.filter((table) -> !table.seconds.isEmpty())
				.mapToLong((table) -> number("SELECT coalesce(" + table.seconds + ", 0)::bigint FROM " + table))
				.max()
				.orElseThrow();
		}

		/**
		 * A table that an app may have, in lower case, as PostgreSQL names it.
		 */
		private enum Table {

			OAUTH2_STATE("extract(epoch FROM max(expires_at) - now())"),

			SPRING_SESSION("max(expiry_time) / 1000 - extract(epoch FROM now())"),

			/**
			 * Its rows belong to those of the table before.
			 */
			SPRING_SESSION_ATTRIBUTES("");

			/**
			 * An expression for how long its newest row is kept.
			 */
			private final String seconds;

			Table(String seconds) {
				this.seconds = seconds;
			}

			@Override
			public String toString() {
				return name().toLowerCase(Locale.ROOT);
			}

		}

	}

}
