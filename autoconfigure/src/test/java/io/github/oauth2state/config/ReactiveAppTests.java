package io.github.oauth2state.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.login.servlet.ServletLoginAutoConfiguration;
import io.github.oauth2state.refresh.RefreshAutoConfiguration;
import io.github.oauth2state.refresh.RefreshStrategyAutoConfiguration;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what an app is told that the library does not support.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveAppTests {

	private static final AutoConfigurations LIBRARY = AutoConfigurations.of(OAuth2StateAutoConfiguration.class,
			LoginAutoConfiguration.class, ServletLoginAutoConfiguration.class, RolloutAutoConfiguration.class,
			StateStoreAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
			RedisStateStoreAutoConfiguration.class, TokensAutoConfiguration.class, RefreshAutoConfiguration.class,
			RefreshStrategyAutoConfiguration.class);

	private static final String WARNING = "OAuth2 State does not support reactive apps (WebFlux) yet";

	private final ReactiveWebApplicationContextRunner app = new ReactiveWebApplicationContextRunner()
		.withConfiguration(LIBRARY);

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis", "cookie" })
	void isWarnedThatItsLoginsAreNotShared(String store, CapturedOutput output) {
		this.app.withBean(RedisConnectionFactory.class, LettuceConnectionFactory::new)
			.withPropertyValues("oauth2-state.store=" + store,
					"oauth2-state.cookie.keys=one:p2YxZ0X7c3O2m1Q9bT4s6R8vU5wE0yA3dF7gH2jK4lM")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("although oauth2-state.store is '" + store + "'", "oauth2-state.enabled=false");
	}

	@Test
	void startsWithoutAStore(CapturedOutput output) {
		this.app.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce(WARNING).doesNotContain("although");
	}

	@Test
	void isNotWarnedIfTheLibraryIsOff(CapturedOutput output) {
		this.app.withPropertyValues("oauth2-state.store=redis", "oauth2-state.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void otherAppsAreNotWarned(CapturedOutput output) {
		new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed());
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

}
