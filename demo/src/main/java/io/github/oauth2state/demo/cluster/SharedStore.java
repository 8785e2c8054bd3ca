package io.github.oauth2state.demo.cluster;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Where the instances keep what they share.
 *
 * @param kind the kind of server
 * @param url its URL; empty for the one that comes with the demo
 * @param username who connects to a database; may be empty
 * @param password the password for it; may be empty
 */
record SharedStore(Kind kind, String url, String username, String password) {

	/**
	 * Reads what the user asked for.
	 * @param properties system properties
	 * @return the store
	 * @throws ClusterException if it is unknown, or its URL is missing
	 */
	static SharedStore from(Properties properties) {
		Kind kind = Kind.named(properties.getProperty("demo.store", ""));
		String prefix = "demo." + kind.name().toLowerCase(Locale.ROOT);
		SharedStore store = new SharedStore(kind, properties.getProperty(prefix + ".url", ""),
				properties.getProperty(prefix + ".username", ""), properties.getProperty(prefix + ".password", ""));
		if (kind != Kind.H2 && store.url.isEmpty()) {
			throw new ClusterException("-D%s.url is missing: it says where the store is that -Ddemo.store=%s uses"
				.formatted(prefix, kind.name().toLowerCase(Locale.ROOT)));
		}
		return store;
	}

	SharedStore at(String url) {
		return new SharedStore(this.kind, url, "sa", "");
	}

	/**
	 * Returns the sample app's profile for this store.
	 * @return the profile
	 */
	String profile() {
		return (this.kind == Kind.REDIS) ? "redis" : "jdbc";
	}

	/**
	 * Returns the settings of the connection, which may contain a password.
	 * @return environment variables
	 */
	Map<String, String> secrets() {
		if (this.kind == Kind.REDIS) {
			return Map.of("SPRING_DATA_REDIS_URL", this.url);
		}
		Map<String, String> secrets = new TreeMap<>();
		secrets.put("SPRING_DATASOURCE_URL", this.url);
		if (!this.username.isEmpty()) {
			secrets.put("SPRING_DATASOURCE_USERNAME", this.username);
			secrets.put("SPRING_DATASOURCE_PASSWORD", this.password);
		}
		return secrets;
	}

	@Override
	public String toString() {
		return switch (this.kind) {
			case H2 -> "an H2 database server";
			case REDIS -> "your Redis";
			case JDBC -> "your database";
		};
	}

	enum Kind {

		H2, REDIS, JDBC;

		static Kind named(String name) {
			return switch (name) {
				case "", "h2" -> H2;
				case "redis" -> REDIS;
				case "jdbc" -> JDBC;
				default -> throw new ClusterException("-Ddemo.store is h2, redis or jdbc, not \"" + name + "\"");
			};
		}

	}

}
