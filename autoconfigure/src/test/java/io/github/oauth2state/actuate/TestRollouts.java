package io.github.oauth2state.actuate;

import java.util.concurrent.atomic.AtomicReference;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;

/**
 * The rollout of an app that has configured nothing about it.
 */
final class TestRollouts {

	private TestRollouts() {
	}

	static RolloutState state() {
		AtomicReference<RolloutState> state = new AtomicReference<>();
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class,
					RolloutAutoConfiguration.class))
			.run((context) -> state.set(new RolloutState(context.getBean(Rollout.class), StoreCircuit.alwaysClosed(),
					OnStoreFailure.SESSION)));
		return state.get();
	}

}
