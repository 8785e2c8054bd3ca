package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link JdbcStateStoreAutoConfiguration}.
 */
class JdbcStateStoreAutoConfigurationTests {

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	@Test
	void storesInTheDatabaseOfTheApp() {
		this.app.run((context) -> {
			StateStore store = context.getBean(StateStore.class);
			StateKey key = StateKey.of("app", "test", "autoconfigured");
			store.putIfAbsent(key, new byte[] { 1 }, Duration.ofMinutes(1));
			assertThat(store.take(key)).contains(new byte[] { 1 });
			assertThat(store).hasToString("jdbc, table oauth2_state on H2");
		});
	}

	@Test
	void backsOffForAStoreOfTheApp() {
		StateStore store = mock(StateStore.class);
		this.app.withBean(StateStore.class, () -> store).run((context) -> {
			assertThat(context).getBean(StateStore.class).isSameAs(store);
			assertThat(context).doesNotHaveBean(StateSchemaInitializer.class)
				.doesNotHaveBean(ExpiredRecordCleanup.class);
		});
	}

	@Test
	void staysOutWhenDisabled() {
		this.app.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(StateStore.class)
				.doesNotHaveBean(StateSchemaInitializer.class));
	}

}
