package io.github.oauth2state.login.servlet;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.RolloutRequest;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the line that says at startup what an app is set up to do.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupLineTests {

	private final WebApplicationContextRunner app = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class,
				RolloutAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
				StateStoreAutoConfiguration.class, ServletLoginAutoConfiguration.class))
		.withPropertyValues("oauth2-state.store=memory", "spring.application.name=shop");

	/**
	 * Other tests in this JVM start apps that log less.
	 */
	@BeforeEach
	void logAtInfo() {
		((Logger) LoggerFactory.getLogger(ServletLoginAutoConfiguration.class)).setLevel(Level.INFO);
	}

	@ParameterizedTest
	@CsvSource({ ", 100", "0, 0", "5, 5", "2.50, 2.5" })
	void saysTheSettingsAndThePercentage(String configured, String said, CapturedOutput output) {
		WebApplicationContextRunner runner = (configured != null)
				? this.app.withPropertyValues("oauth2-state.rollout.percentage=" + configured) : this.app;
		runner.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("Pending logins are kept in memory")
			.contains(": namespace 'shop', time to live 600s, timeout 2000ms, rollout " + said
					+ " % of browsers, binding cookie __Host-oauth2-state-* on https, oauth2-state-* on http");
	}

	@Test
	void saysWhoDecidesInThePlaceOfThePercentage(CapturedOutput output) {
		this.app.withBean(RolloutDecider.class, Nobody::new)
			.withPropertyValues("oauth2-state.rollout.percentage=5")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("rollout by " + Nobody.class.getName() + ", binding cookie");
	}

	static class Nobody implements RolloutDecider {

		@Override
		public boolean isRolledOut(RolloutRequest login) {
			return false;
		}

	}

}
