package io.github.oauth2state.benchmarks.endtoend;

import java.util.List;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;

/**
 * The server that an app keeps its data on.
 */
enum Server {

	NONE {

		@Override
		List<String> properties() {
			return List.of("spring.autoconfigure.exclude=" + NO_DATABASE + "," + NO_REDIS);
		}

	},

	REDIS {

		@Override
		List<String> properties() {
			return List.of("spring.data.redis.url=" + TestRedis.instance().url(),
					"spring.autoconfigure.exclude=" + NO_DATABASE);
		}

	},

	POSTGRESQL {

		/**
		 * A database of its own for each app.
		 */
		@Override
		List<String> properties() {
			TestPostgres postgres = TestPostgres.instance();
			return List.of("spring.datasource.url=" + postgres.url(postgres.createDatabase()),
					"spring.datasource.username=" + postgres.username(),
					"spring.datasource.password=" + postgres.password(), "oauth2-state.jdbc.initialize-schema=always",
					"spring.autoconfigure.exclude=" + NO_REDIS);
		}

	};

	private static final String NO_DATABASE = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

	private static final String NO_REDIS = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration";

	/**
	 * Returns the properties of an app that uses it.
	 */
	abstract List<String> properties();

}
