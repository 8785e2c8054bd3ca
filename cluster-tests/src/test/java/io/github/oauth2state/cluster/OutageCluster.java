package io.github.oauth2state.cluster;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.demo.cluster.AppCluster;

/**
 * Starts clusters whose store may fail: logins fall back to the cookie, and sessions of
 * users who are signed in are in the other kind of server.
 */
final class OutageCluster {

	private static final int INSTANCES = 3;

	private OutageCluster() {
	}

	static AppCluster onRedis(String name, Map<String, String> redis) throws InterruptedException {
		TestPostgres postgres = TestPostgres.instance();
		return start(name, "redis", "jdbc", redis,
				Map.of("SPRING_DATASOURCE_URL", postgres.url(postgres.createDatabase()), "SPRING_DATASOURCE_USERNAME",
						postgres.username(), "SPRING_DATASOURCE_PASSWORD", postgres.password()));
	}

	static AppCluster onPostgres(String name, Map<String, String> postgres) throws InterruptedException {
		return start(name, "jdbc", "redis", postgres, Map.of("SPRING_DATA_REDIS_URL", TestRedis.instance().url()));
	}

	private static AppCluster start(String name, String store, String sessions, Map<String, String> ofStore,
			Map<String, String> ofSessions) throws InterruptedException {
		Map<String, String> environment = new TreeMap<>(ofStore);
		environment.putAll(ofSessions);
		return AppCluster.start(INSTANCES, name,
				List.of("--oauth2-state.store=" + store, "--oauth2-state.on-store-failure=cookie",
						"--oauth2-state.jdbc.initialize-schema=always", "--sample.session-store=" + sessions),
				environment);
	}

}
