package io.github.oauth2state.actuate;

import java.util.concurrent.atomic.AtomicReference;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;

/**
 * The rollout of an app that has configured nothing about it.
 */
final class TestRollouts {

	private TestRollouts() {
	}

	static Rollout rollout() {
		AtomicReference<Rollout> rollout = new AtomicReference<>();
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class,
					RolloutAutoConfiguration.class))
			.run((context) -> rollout.set(context.getBean(Rollout.class)));
		return rollout.get();
	}

}
