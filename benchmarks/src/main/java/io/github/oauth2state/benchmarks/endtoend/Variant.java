package io.github.oauth2state.benchmarks.endtoend;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.ConfigurableWebServerApplicationContext;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;

/**
 * An app that differs from the others in where it keeps pending logins and sessions.
 */
enum Variant {

	/**
	 * As Spring Security does by itself. No other instance knows the login.
	 */
	SESSION_IN_MEMORY("sessions in memory, without the starter", Server.NONE, Sessions.MEMORY, null,
			"oauth2-state.enabled=false"),

	SPRING_SESSION_REDIS("Spring Session, Redis", Server.REDIS, Sessions.REDIS, null, "oauth2-state.enabled=false"),

	/**
	 * The same again. What differs from it is noise.
	 */
	SPRING_SESSION_REDIS_AGAIN("Spring Session, Redis, again", Server.REDIS, Sessions.REDIS, SPRING_SESSION_REDIS,
			"oauth2-state.enabled=false"),

	SPRING_SESSION_INDEXED_REDIS("Spring Session, indexed Redis", Server.REDIS, Sessions.INDEXED_REDIS,
			SPRING_SESSION_REDIS, "oauth2-state.enabled=false"),

	SPRING_SESSION_POSTGRESQL("Spring Session, PostgreSQL", Server.POSTGRESQL, Sessions.POSTGRESQL, null,
			"oauth2-state.enabled=false"),

	STARTER_REDIS("starter on Redis, sessions in memory", Server.REDIS, Sessions.MEMORY, SPRING_SESSION_REDIS,
			"oauth2-state.store=redis"),

	STARTER_REDIS_AND_SESSIONS("starter on Redis, Spring Session there too", Server.REDIS, Sessions.REDIS,
			SPRING_SESSION_REDIS, "oauth2-state.store=redis"),

	STARTER_POSTGRESQL("starter on PostgreSQL, sessions in memory", Server.POSTGRESQL, Sessions.MEMORY,
			SPRING_SESSION_POSTGRESQL, "oauth2-state.store=jdbc"),

	STARTER_POSTGRESQL_AND_SESSIONS("starter on PostgreSQL, Spring Session there too", Server.POSTGRESQL,
			Sessions.POSTGRESQL, SPRING_SESSION_POSTGRESQL, "oauth2-state.store=jdbc"),

	STARTER_ASYNCHRONOUS_COMMIT("starter on PostgreSQL, asynchronous commit", Server.POSTGRESQL, Sessions.MEMORY,
			STARTER_POSTGRESQL, "oauth2-state.store=jdbc", "oauth2-state.jdbc.postgresql.asynchronous-commit=true"),

	STARTER_UNLOGGED("starter on PostgreSQL, unlogged table", Server.POSTGRESQL, Sessions.MEMORY, STARTER_POSTGRESQL,
			"oauth2-state.store=jdbc", "oauth2-state.jdbc.postgresql.unlogged=true"),

	STARTER_COOKIE("starter on cookies, sessions in memory", Server.NONE, Sessions.MEMORY, SESSION_IN_MEMORY,
			"oauth2-state.store=cookie", "oauth2-state.cookie.keys=a:" + randomKey()),

	/**
	 * What a login costs that makes one call of the store, and does nothing else.
	 */
	BARE_REDIS("a repository that only calls Redis, sessions in memory", Server.REDIS, Sessions.MEMORY, STARTER_REDIS,
			"oauth2-state.enabled=false");

	private final String title;

	private final Server server;

	private final Sessions sessions;

	private final @Nullable Variant baseline;

	@SuppressWarnings("ImmutableEnumChecker")
	private final List<String> properties;

	Variant(String title, Server server, Sessions sessions, @Nullable Variant baseline, String... properties) {
		this.title = title;
		this.server = server;
		this.sessions = sessions;
		this.baseline = baseline;
		this.properties = List.of(properties);
	}

	String title() {
		return this.title;
	}

	/**
	 * Returns the variant that this one is compared with.
	 */
	@Nullable Variant baseline() {
		return this.baseline;
	}

	/**
	 * Starts the app.
	 */
	ConfigurableWebServerApplicationContext start() {
		List<String> all = new ArrayList<>(ReferenceApp.PROPERTIES);
		all.addAll(this.server.properties());
		all.addAll(this.properties);
		List<Class<?>> configurations = new ArrayList<>(this.sessions.configurations());
		if (this == BARE_REDIS) {
			configurations.add(BareRepository.class);
		}
		return (ConfigurableWebServerApplicationContext) new SpringApplicationBuilder(ReferenceApp.class)
			.sources(configurations.toArray(Class[]::new))
			.properties(all.toArray(String[]::new))
			.run();
	}

	private static String randomKey() {
		byte[] key = new byte[32];
		new java.security.SecureRandom().nextBytes(key);
		return Base64.getEncoder().encodeToString(key);
	}

	private enum Server {

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
			 * A database of its own for each app. The pool is as large as the number of
			 * threads, as otherwise its size is measured.
			 */
			@Override
			List<String> properties() {
				TestPostgres postgres = TestPostgres.instance();
				return List.of("spring.datasource.url=" + postgres.url(postgres.createDatabase()),
						"spring.datasource.username=" + postgres.username(),
						"spring.datasource.password=" + postgres.password(),
						"oauth2-state.jdbc.initialize-schema=always", "spring.autoconfigure.exclude=" + NO_REDIS);
			}

		};

		private static final String NO_DATABASE = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

		private static final String NO_REDIS = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration";

		abstract List<String> properties();

	}

}
