package io.github.oauth2state.demo.cluster;

import java.util.List;
import java.util.Properties;

/**
 * What the instances use so that one of them can finish what another began.
 */
public enum With {

	/**
	 * The starter, and sessions that are shared.
	 */
	STARTER,

	/**
	 * Sessions that are shared, with pending logins and tokens in them.
	 */
	SPRING_SESSION,

	/**
	 * Nothing: each instance keeps logins, sessions and tokens to itself.
	 */
	NOTHING;

	private static final String DISABLED = "--oauth2-state.enabled=false";

	/**
	 * Reads what the user asked for.
	 * @param properties system properties
	 * @return what is used
	 * @throws ClusterException if it is unknown, or the older
	 * {@code demo.without-starter} contradicts it
	 */
	static With from(Properties properties) {
		boolean withoutStarter = ClusterOptions.flag(properties, "demo.without-starter");
		String value = properties.getProperty("demo.with", "");
		With with = switch (value) {
			case "" -> withoutStarter ? NOTHING : STARTER;
			case "starter" -> STARTER;
			case "spring-session" -> SPRING_SESSION;
			case "nothing" -> NOTHING;
			default ->
				throw new ClusterException("-Ddemo.with is starter, spring-session or nothing, not \"" + value + "\"");
		};
		if (withoutStarter && with == STARTER) {
			throw new ClusterException("-Ddemo.without-starter and -Ddemo.with=starter contradict each other: use one");
		}
		return with;
	}

	/**
	 * Tells whether the instances share a store.
	 * @return whether there is anything to share
	 */
	boolean isSharing() {
		return this != NOTHING;
	}

	/**
	 * Returns the arguments of the sample app that choose this.
	 * @param store what the instances share, if they share anything
	 * @return the arguments
	 */
	List<String> arguments(SharedStore store) {
		String profile = "--spring.profiles.active=" + store.profile();
		return switch (this) {
			case STARTER -> List.of(profile);
			case SPRING_SESSION -> List.of(profile, DISABLED, "--sample.token-store=session");
			case NOTHING -> List.of(DISABLED);
		};
	}

}
