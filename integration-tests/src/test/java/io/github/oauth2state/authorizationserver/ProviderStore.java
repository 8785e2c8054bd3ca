package io.github.oauth2state.authorizationserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.lettuce.core.ScriptOutputType;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;

/**
 * The stores of a provider. Its authorizations are in PostgreSQL in any case.
 */
enum ProviderStore {

	REDIS {

		@Override
		List<String> ofStore() {
			return List.of("oauth2-state.store=redis", "spring.data.redis.url=" + TestRedis.instance().url());
		}

		@Override
		int commandsDuring(String database, Runnable work) {
			Map<String, Integer> calls = TestRedis.instance().callsDuring(work);
			// Its script calls two commands
			return calls.values().stream().mapToInt(Integer::intValue).sum() - 2 * calls.getOrDefault("eval", 0);
		}

		@Override
		long records(String database) {
			return TestRedis.instance().commands().dbsize();
		}

		@Override
		long recordsWithoutExpiry(String database) {
			return eval("if redis.call('PTTL', key) == -1 then result = result + 1 end");
		}

		@Override
		long largestValue(String database) {
			return eval("result = math.max(result, redis.call('STRLEN', key))");
		}

		/**
		 * Runs a statement for each key, on the server as keys are no text.
		 */
		private long eval(String statement) {
			return TestRedis.instance()
				.commands()
				.eval("local result = 0 for _, key in ipairs(redis.call('KEYS', '*')) do " + statement
						+ " end return result", ScriptOutputType.INTEGER);
		}

		@Override
		void clear(String database) {
			TestRedis.instance().flush();
		}

	},

	POSTGRESQL {

		@Override
		List<String> ofStore() {
			return List.of("oauth2-state.store=jdbc", "oauth2-state.jdbc.initialize-schema=always");
		}

		@Override
		int commandsDuring(String database, Runnable work) {
			return TestPostgres.instance()
				.callsDuring(database, work)
				.entrySet()
				.stream()
				.filter((call) -> call.getKey().contains("oauth2_state"))
				.mapToInt(Map.Entry::getValue)
				.sum();
		}

		@Override
		long records(String database) {
			return TestPostgres.instance().queryNumber(database, "SELECT count(*) FROM oauth2_state");
		}

		@Override
		long recordsWithoutExpiry(String database) {
			return TestPostgres.instance()
				.queryNumber(database,
						"SELECT count(*) FROM oauth2_state WHERE expires_at IS NULL OR expires_at = 'infinity'");
		}

		@Override
		long largestValue(String database) {
			return TestPostgres.instance()
				.queryNumber(database, "SELECT coalesce(max(length(record_value)), 0) FROM oauth2_state");
		}

		@Override
		void clear(String database) {
			TestPostgres.instance().execute(database, "TRUNCATE oauth2_state");
		}

	};

	/**
	 * Creates a database with the server's tables.
	 */
	static String newDatabase() {
		String database = TestPostgres.instance().createDatabase();
		TestPostgres.instance().execute(database, ProviderApp.schema());
		return database;
	}

	static List<String> ofDatabase(String database) {
		TestPostgres postgres = TestPostgres.instance();
		return List.of("spring.datasource.url=" + postgres.url(database),
				"spring.datasource.username=" + postgres.username(),
				"spring.datasource.password=" + postgres.password());
	}

	/**
	 * Returns the properties of an instance.
	 */
	List<String> properties(String database, String... more) {
		List<String> properties = new ArrayList<>(ofDatabase(database));
		properties.addAll(ofStore());
		properties.addAll(List.of(more));
		return properties;
	}

	abstract List<String> ofStore();

	/**
	 * Returns how often an instance called the store, as the server of the store counts.
	 */
	abstract int commandsDuring(String database, Runnable work);

	/**
	 * Returns how many records take room, expired ones among them.
	 */
	abstract long records(String database);

	abstract long recordsWithoutExpiry(String database);

	/**
	 * Returns the bytes of the largest value.
	 */
	abstract long largestValue(String database);

	abstract void clear(String database);

}
