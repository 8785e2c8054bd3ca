package io.github.oauth2state.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.refresh.RefreshAutoConfiguration;
import io.github.oauth2state.refresh.RefreshStrategyAutoConfiguration;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what an app is told of values that cannot be read.
 */
class UnreadableValueTests {

	private static final String DURATION = "Use a number with a unit, which is one of ms, s, m, h and d, for example ";

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
				LoginAutoConfiguration.class, RolloutAutoConfiguration.class, StateStoreAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
				TokensAutoConfiguration.class, RefreshStrategyAutoConfiguration.class, RefreshAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true", "oauth2-state.store=jdbc");

	@ParameterizedTest
	@CsvSource({ "login.ttl, ten minutes, 10m", "login.ttl, 10 m, 10m", "login.ttl, 10x, 10m", "timeout, 2sec, 2s",
			"refresh.lease, long, 8s", "refresh.early.window, soon, 2m", "tokens.ttl, 1y, 30d",
			"jdbc.cleanup.interval, hourly, 1m", "circuit-breaker.wait-duration, 5 seconds, 5s",
			"refresh.replay-window, half a minute, 30s" })
	void durationIsToldWithAnExample(String name, String value, String example) {
		assertAnalysis(name, value, DURATION + "oauth2-state." + name + "=" + example);
	}

	@ParameterizedTest
	@CsvSource({
			"store, mongo, 'Use one of redis, jdbc, hazelcast, memory, cookie, for example oauth2-state.store=redis'",
			"on-store-failure, ignore, 'Use one of session, cookie, fail, for example oauth2-state.on-store-failure=session'",
			"refresh.strategy, late, 'Use one of single-flight, early, none, for example oauth2-state.refresh.strategy=single-flight'",
			"refresh.key-scope, user, 'Use one of principal, registration, client, for'",
			"refresh.on-store-failure, ignore, 'Use one of uncoordinated, fail, for'",
			"tokens.store, mongo, 'for example oauth2-state.tokens.store=none'",
			"login.cookie.same-site, strict, 'Use one of lax, none, for example oauth2-state.login.cookie.same-site=lax'",
			"jdbc.initialize-schema, sometimes, 'Use one of always, embedded, never, for'" })
	void choiceIsToldWithAllThatThereAre(String name, String value, String expected) {
		assertAnalysis(name, value, expected);
	}

	@ParameterizedTest
	@CsvSource({ "login.recovery, maybe", "login.cookie.secure, maybe", "rollout.at-runtime, maybe",
			"rollout.verify, sure", "refresh.client-credentials, maybe", "jdbc.postgresql.unlogged, perhaps" })
	void switchIsToldWithItsValues(String name, String value) {
		assertAnalysis(name, value, "Use true or false, for example oauth2-state." + name + "=");
	}

	@ParameterizedTest
	@CsvSource({
			"rollout.percentage, 5%, 'Use a number without a unit, for example oauth2-state.rollout.percentage=100'",
			"rollout.percentage, all, 'Use a number without a unit, for'",
			"refresh.early.jitter, half, 'Use a number without a unit, for example oauth2-state.refresh.early.jitter=0.5'",
			"login.max-pending-per-browser, many, 'Use a whole number, for example oauth2-state.login.max-pending-per-browser=8'",
			"jdbc.cleanup.batch-size, 1.5, 'Use a whole number, for example oauth2-state.jdbc.cleanup.batch-size=1000'",
			"circuit-breaker.sliding-window-size, ten, 'Use a whole number, for'" })
	void numberIsToldWithAnExample(String name, String value, String expected) {
		assertAnalysis(name, value, expected);
	}

	@Test
	void purposeAndLimitsAreTold() {
		assertThat(StartupFailure.analysisOf(this.app, "oauth2-state.login.ttl=ten minutes"))
			.contains("The property says how long a user may take at the provider, from 1s to 24h.");
	}

	@Test
	void propertiesOfOthersAreLeftToSpringBoot() {
		assertThat(StartupFailure.analysisOf(this.app, "spring.datasource.generate-unique-name=maybe"))
			.contains("Failed to bind properties under 'spring.datasource.generate-unique-name'");
	}

	private void assertAnalysis(String name, String value, String expected) {
		assertThat(StartupFailure.analysisOf(this.app, "oauth2-state." + name + "=" + value))
			.startsWith("The value of the property oauth2-state." + name + " cannot be read:")
			.contains("Value: \"" + value + "\"")
			.contains("Origin: ")
			.contains(expected);
	}

}
