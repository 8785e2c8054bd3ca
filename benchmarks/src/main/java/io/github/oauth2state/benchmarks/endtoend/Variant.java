package io.github.oauth2state.benchmarks.endtoend;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.ConfigurableWebServerApplicationContext;

/**
 * An app that differs from the others in where it keeps pending logins and sessions.
 */
enum Variant {

	/**
	 * As Spring Security does by itself. No other instance knows the login.
	 */
	SESSION_IN_MEMORY(Group.SERVLET, "sessions in memory, without the starter", Server.NONE, Sessions.MEMORY, null,
			"oauth2-state.enabled=false"),

	SPRING_SESSION_REDIS(Group.SERVLET, "Spring Session, Redis", Server.REDIS, Sessions.REDIS, null,
			"oauth2-state.enabled=false"),

	/**
	 * The same again. What differs from it is noise.
	 */
	SPRING_SESSION_REDIS_AGAIN(Group.SERVLET, "Spring Session, Redis, again", Server.REDIS, Sessions.REDIS,
			SPRING_SESSION_REDIS, "oauth2-state.enabled=false"),

	SPRING_SESSION_INDEXED_REDIS(Group.SERVLET, "Spring Session, indexed Redis", Server.REDIS, Sessions.INDEXED_REDIS,
			SPRING_SESSION_REDIS, "oauth2-state.enabled=false"),

	SPRING_SESSION_POSTGRESQL(Group.SERVLET, "Spring Session, PostgreSQL", Server.POSTGRESQL, Sessions.POSTGRESQL, null,
			"oauth2-state.enabled=false"),

	STARTER_REDIS(Group.SERVLET, "starter on Redis, sessions in memory", Server.REDIS, Sessions.MEMORY,
			SPRING_SESSION_REDIS, "oauth2-state.store=redis"),

	STARTER_REDIS_AND_SESSIONS(Group.SERVLET, "starter on Redis, Spring Session there too", Server.REDIS,
			Sessions.REDIS, SPRING_SESSION_REDIS, "oauth2-state.store=redis"),

	STARTER_POSTGRESQL(Group.SERVLET, "starter on PostgreSQL, sessions in memory", Server.POSTGRESQL, Sessions.MEMORY,
			SPRING_SESSION_POSTGRESQL, "oauth2-state.store=jdbc"),

	STARTER_POSTGRESQL_AND_SESSIONS(Group.SERVLET, "starter on PostgreSQL, Spring Session there too", Server.POSTGRESQL,
			Sessions.POSTGRESQL, SPRING_SESSION_POSTGRESQL, "oauth2-state.store=jdbc"),

	STARTER_ASYNCHRONOUS_COMMIT(Group.SERVLET, "starter on PostgreSQL, asynchronous commit", Server.POSTGRESQL,
			Sessions.MEMORY, STARTER_POSTGRESQL, "oauth2-state.store=jdbc",
			"oauth2-state.jdbc.postgresql.asynchronous-commit=true"),

	STARTER_UNLOGGED(Group.SERVLET, "starter on PostgreSQL, unlogged table", Server.POSTGRESQL, Sessions.MEMORY,
			STARTER_POSTGRESQL, "oauth2-state.store=jdbc", "oauth2-state.jdbc.postgresql.unlogged=true"),

	STARTER_COOKIE(Group.SERVLET, "starter on cookies, sessions in memory", Server.NONE, Sessions.MEMORY,
			SESSION_IN_MEMORY, "oauth2-state.store=cookie", "oauth2-state.cookie.keys=a:" + randomKey()),

	/**
	 * What a login costs that makes one call of the store, and does nothing else.
	 */
	BARE_REDIS(Group.SERVLET, "a repository that only calls Redis, sessions in memory", Server.REDIS, Sessions.MEMORY,
			STARTER_REDIS, "oauth2-state.enabled=false"),

	SPRING_SESSION_REDIS_OVER_HTTP(Group.PROVIDER_OVER_HTTP, "Spring Session, Redis, provider over HTTP", Server.REDIS,
			Sessions.REDIS, null, "oauth2-state.enabled=false"),

	STARTER_REDIS_OVER_HTTP(Group.PROVIDER_OVER_HTTP, "starter on Redis, sessions in memory, provider over HTTP",
			Server.REDIS, Sessions.MEMORY, SPRING_SESSION_REDIS_OVER_HTTP, "oauth2-state.store=redis"),

	REACTIVE_SESSION_IN_MEMORY(Group.REACTIVE, "reactive, sessions in memory, without the starter", Server.NONE,
			Sessions.MEMORY, null, "oauth2-state.enabled=false"),

	REACTIVE_SPRING_SESSION_REDIS(Group.REACTIVE, "reactive, Spring Session, Redis", Server.REDIS,
			Sessions.REACTIVE_REDIS, null, "oauth2-state.enabled=false"),

	REACTIVE_STARTER_REDIS(Group.REACTIVE, "reactive, starter on Redis, sessions in memory", Server.REDIS,
			Sessions.MEMORY, REACTIVE_SPRING_SESSION_REDIS, "oauth2-state.store=redis"),

	REACTIVE_STARTER_REDIS_AND_SESSIONS(Group.REACTIVE, "reactive, starter on Redis, Spring Session there too",
			Server.REDIS, Sessions.REACTIVE_REDIS, REACTIVE_SPRING_SESSION_REDIS, "oauth2-state.store=redis");

	private final Group group;

	private final String title;

	private final Server server;

	private final Sessions sessions;

	private final @Nullable Variant baseline;

	@SuppressWarnings("ImmutableEnumChecker")
	private final List<String> properties;

	Variant(Group group, String title, Server server, Sessions sessions, @Nullable Variant baseline,
			String... properties) {
		this.group = group;
		this.title = title;
		this.server = server;
		this.sessions = sessions;
		this.baseline = baseline;
		this.properties = List.of(properties);
	}

	Group group() {
		return this.group;
	}

	String title() {
		return this.title;
	}

	/**
	 * Returns the variant of the same group that this one is compared with.
	 */
	@Nullable Variant baseline() {
		return this.baseline;
	}

	/**
	 * Starts the app.
	 * @param more properties that it has besides its own
	 */
	ConfigurableWebServerApplicationContext start(String... more) {
		List<String> all = new ArrayList<>(ReferenceApp.PROPERTIES);
		all.addAll(this.group.properties());
		all.addAll(this.server.properties());
		all.addAll(this.properties);
		all.addAll(List.of(more));
		List<Class<?>> configurations = new ArrayList<>(this.group.configurations());
		configurations.addAll(this.sessions.configurations());
		if (this == BARE_REDIS) {
			configurations.add(BareRepository.class);
		}
		return (ConfigurableWebServerApplicationContext) new SpringApplicationBuilder(ReferenceApp.class)
			.sources(configurations.toArray(Class[]::new))
			.web(this.group.type())
			.properties(all.toArray(String[]::new))
			.run();
	}

	private static String randomKey() {
		byte[] key = new byte[32];
		new java.security.SecureRandom().nextBytes(key);
		return Base64.getEncoder().encodeToString(key);
	}

}
