package io.github.oauth2state.logout;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.scenario.SharedSessions;

/**
 * Where an app keeps its sessions, and what store it has.
 */
enum SetUp {

	REDIS(Sessions.REDIS, Store.REDIS),

	INDEXED_REDIS(Sessions.INDEXED_REDIS, Store.REDIS),

	POSTGRESQL(Sessions.POSTGRESQL, Store.POSTGRESQL),

	OWN_WITH_REDIS(Sessions.OWN, Store.REDIS),

	OWN_WITH_POSTGRESQL(Sessions.OWN, Store.POSTGRESQL),

	REDIS_WITH_POSTGRESQL(Sessions.REDIS, Store.POSTGRESQL),

	INDEXED_REDIS_WITH_POSTGRESQL(Sessions.INDEXED_REDIS, Store.POSTGRESQL),

	POSTGRESQL_WITH_REDIS(Sessions.POSTGRESQL, Store.REDIS),

	REACTIVE_REDIS(Sessions.REACTIVE_REDIS, Store.REDIS),

	REACTIVE_INDEXED_REDIS(Sessions.REACTIVE_INDEXED_REDIS, Store.REDIS),

	REACTIVE_OWN_WITH_REDIS(Sessions.REACTIVE_OWN, Store.REDIS),

	REACTIVE_OWN_WITH_POSTGRESQL(Sessions.REACTIVE_OWN, Store.POSTGRESQL),

	REACTIVE_REDIS_WITH_POSTGRESQL(Sessions.REACTIVE_REDIS, Store.POSTGRESQL);

	/**
	 * The property of a reactive app.
	 */
	static final String REACTIVE = "spring.main.web-application-type=reactive";

	/**
	 * The interval at which marks are looked for.
	 */
	static final int INTERVAL_MILLIS = 500;

	private static final String NO_REDIS = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration";

	private static final String NO_DATABASE = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

	private final Sessions sessions;

	private final Store store;

	private final String database = TestPostgres.instance().createDatabase();

	SetUp(Sessions sessions, Store store) {
		this.sessions = sessions;
		this.store = store;
	}

	/**
	 * Returns whether all instances have all sessions.
	 */
	boolean sharesSessions() {
		return this.sessions != Sessions.OWN && this.sessions != Sessions.REACTIVE_OWN;
	}

	boolean storeIsRedis() {
		return this.store == Store.REDIS;
	}

	boolean sessionsAreInRedis() {
		return sharesSessions() && this.sessions != Sessions.POSTGRESQL;
	}

	boolean usesRedis() {
		return storeIsRedis() || sessionsAreInRedis();
	}

	boolean usesPostgres() {
		return this.store == Store.POSTGRESQL || this.sessions == Sessions.POSTGRESQL;
	}

	String database() {
		return this.database;
	}

	/**
	 * Returns the properties of an instance that reaches one of its servers through
	 * something else.
	 */
	List<String> propertiesThrough(TcpProxy proxy, boolean redis) {
		List<String> properties = properties();
		if (redis) {
			properties.add("spring.data.redis.host=" + proxy.host());
			properties.add("spring.data.redis.port=" + proxy.port());
		}
		else {
			properties
				.add("spring.datasource.url=" + TestPostgres.instance().url(this.database, proxy.host(), proxy.port()));
		}
		return properties;
	}

	/**
	 * Returns something between an instance and one of its servers.
	 */
	static TcpProxy proxyTo(boolean redis) {
		return redis ? new TcpProxy(TestRedis.instance().host(), TestRedis.instance().port())
				: new TcpProxy(TestPostgres.instance().host(), TestPostgres.instance().port());
	}

	/**
	 * Returns the properties of an instance, on the servers of this JVM.
	 */
	List<String> properties() {
		TestRedis redis = TestRedis.instance();
		TestPostgres postgres = TestPostgres.instance();
		List<String> properties = new ArrayList<>(List.of(
				"spring.application.name=logout-" + name().toLowerCase(Locale.ROOT),
				"oauth2-state.store=" + (storeIsRedis() ? "redis" : "jdbc"),
				"oauth2-state.logout.check-interval=" + INTERVAL_MILLIS + "ms", "spring.autoconfigure.exclude="));
		if (usesRedis()) {
			properties.add("spring.data.redis.host=" + redis.host());
			properties.add("spring.data.redis.port=" + redis.port());
		}
		else {
			properties.add("spring.autoconfigure.exclude=" + NO_REDIS);
		}
		if (usesPostgres()) {
			properties.addAll(List.of("spring.datasource.url=" + postgres.url(this.database),
					"spring.datasource.username=" + postgres.username(),
					"spring.datasource.password=" + postgres.password(), "oauth2-state.jdbc.initialize-schema=always",
					"oauth2-state.jdbc.cleanup.enabled=false"));
		}
		else {
			properties.add("spring.autoconfigure.exclude=" + NO_DATABASE);
		}
		if (this.sessions.name().startsWith("REACTIVE")) {
			properties.add(REACTIVE);
		}
		if (this.sessions.configuration != null) {
			properties.add("spring.main.sources=" + this.sessions.configuration.getName());
		}
		return properties;
	}

	private enum Sessions {

		OWN(null),

		REDIS(SharedSessions.InRedis.class),

		INDEXED_REDIS(SharedSessions.InIndexedRedis.class),

		POSTGRESQL(SharedSessions.InPostgres.class),

		REACTIVE_OWN(null),

		REACTIVE_REDIS(ReactiveSharedSessions.InRedis.class),

		REACTIVE_INDEXED_REDIS(ReactiveSharedSessions.InIndexedRedis.class);

		private final Class<?> configuration;

		Sessions(Class<?> configuration) {
			this.configuration = configuration;
		}

	}

	private enum Store {

		REDIS, POSTGRESQL

	}

}
