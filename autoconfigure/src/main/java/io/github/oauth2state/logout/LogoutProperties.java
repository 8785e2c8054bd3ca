package io.github.oauth2state.logout;

import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;

import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.config.StartupFailureException;

/**
 * Properties of logout.
 *
 * @param backChannel how a logout token of the provider ends sessions on all instances
 * @param checkInterval how often a session that only one instance has is checked for a
 * logout, from 0s, which means with each request, to 5m
 * @param markTtl how long a logout is remembered for sessions that only their instance
 * knows, from 10m to 30d; never less than the timeout of sessions
 * @param revokeTokens whether the tokens of a user are revoked at the provider when the
 * user logs out (RFC 7009), and removed where the app keeps them
 * @param revocationUris the revocation endpoints of providers that do not publish one in
 * their metadata, by the id of the client registration
 */
@ConfigurationProperties("oauth2-state.logout")
record LogoutProperties(@DefaultValue("auto") BackChannel backChannel, @DefaultValue("10s") Duration checkInterval,
		@DefaultValue("24h") Duration markTtl, @DefaultValue("false") boolean revokeTokens,
		@Nullable Map<String, String> revocationUris) {

	private static final String PREFIX = "oauth2-state.logout.";

	private static final Log logger = LogFactory.getLog(LogoutProperties.class);

	/**
	 * A timeout of sessions without a unit is in seconds.
	 */
	private static final Bindable<Duration> SECONDS = Bindable.of(Duration.class)
		.withAnnotations(MergedAnnotation.of(DurationUnit.class, Map.of("value", ChronoUnit.SECONDS)).synthesize());

	/**
	 * What the properties begin with that name the revocation endpoints of registrations.
	 */
	static final String REVOCATION_URIS = PREFIX + "revocation-uris.";

	/**
	 * Returns whether sessions are found in an index, rather than by marks.
	 * @param shared whether instances share sessions
	 * @param indexed whether the store can index them
	 * @throws StartupFailureException if that is configured, but not possible
	 */
	boolean isRegistryChosen(boolean shared, boolean indexed) {
		if (this.backChannel == BackChannel.REGISTRY && !(shared && indexed)) {
			throw new StartupFailureException(
					"The property %sback-channel is 'registry', but %s.".formatted(PREFIX,
							shared ? "the store cannot index sessions" : "instances do not share sessions"),
					"""
							One of these:

							- %s
							- or set %sback-channel=marks, which works with any store and any sessions
							- or remove the property, to have it chosen"""
						.formatted(shared ? "set oauth2-state.store to 'redis' or 'jdbc'"
								: "add spring-session-data-redis or spring-session-jdbc", PREFIX));
		}
		return this.backChannel != BackChannel.MARKS && shared && indexed;
	}

	Duration checkedCheckInterval() {
		return PropertyCheck.of(PREFIX + "check-interval", this.checkInterval)
			.between(Duration.ZERO, Duration.ofMinutes(5), "Use 0s to 5m, for example 10s.");
	}

	private Duration checkedMarkTtl() {
		return PropertyCheck.of(PREFIX + "mark-ttl", this.markTtl)
			.between(Duration.ofMinutes(10), Duration.ofDays(30), "Use 10m to 30d, for example 24h.");
	}

	/**
	 * Returns how long a mark is kept. A session may come back until its timeout, so its
	 * mark must live longer.
	 * @param environment knows the timeout
	 */
	Duration markTtl(Environment environment) {
		Duration least = Stream
			.of("server.servlet.session.timeout", "server.reactive.session.timeout", "spring.session.timeout")
			.map((property) -> Binder.get(environment).bind(property, SECONDS).orElse(Duration.ZERO))
			.max(Comparator.naturalOrder())
			.orElseThrow()
			.plus(checkedCheckInterval())
			.plus(Duration.ofMinutes(1));
		Duration ttl = checkedMarkTtl();
		return (ttl.compareTo(least) > 0) ? ttl : least;
	}

	/**
	 * Warns of registries of the app. Such a registry knows only the sessions that it is
	 * told of, and Spring Security ignores all registries if there are several.
	 * @param beans the beans of the app
	 * @param type the type of a registry
	 * @param inMemory the registry that knows the sessions of one instance
	 */
	void warnOfRegistries(ListableBeanFactory beans, Class<?> type, Class<?> inMemory) {
		String[] names = beans.getBeanNamesForType(type, true, false);
		if (names.length > 1) {
			logger.warn(
					"Spring Security uses none of the %s beans %s, as there are several, and keeps sessions in memory "
						.formatted(type.getSimpleName(), Arrays.toString(names))
							+ "instead. Declare one of them only, or none.");
		}
		else if (names.length == 1 && this.backChannel != BackChannel.OFF
				&& inMemory.equals(beans.getType(names[0], false))) {
			logger
				.warn("The app declares an %s, so a logout token ends sessions of the instance that receives it only. "
					.formatted(inMemory.getSimpleName()) + "Remove the bean '" + names[0]
						+ "' to let OAuth2 State end them on all instances, or set oauth2-state.logout.back-channel=off.");
		}
	}

	Map<String, URI> checkedRevocationUris() {
		Map<String, URI> checked = new LinkedHashMap<>();
		Map<String, String> given = (this.revocationUris != null) ? this.revocationUris : Map.of();
		given.forEach((registrationId, uri) -> checked.put(registrationId, URI.create(PropertyCheck
			.of(REVOCATION_URIS + registrationId, uri)
			.must((value) -> RevocationEndpoints.parse(value).isPresent(),
					"Use the URL of the provider's revocation endpoint, for example https://idp.example/revoke."))));
		return checked;
	}

	/**
	 * How a logout token of the provider ends sessions.
	 */
	enum BackChannel {

		/**
		 * As {@code registry} where sessions are those of Spring Session and the store is
		 * Redis or JDBC, and as {@code marks} otherwise.
		 */
		AUTO,

		/**
		 * The store knows which sessions a provider can name, and the instance that
		 * receives a logout token deletes them. Needs Spring Session.
		 */
		REGISTRY,

		/**
		 * A logout token leaves a mark in the store, and each instance looks for marks of
		 * its own sessions.
		 */
		MARKS,

		/**
		 * Spring Security ends sessions as without OAuth2 State.
		 */
		OFF

	}

}
