package io.github.oauth2state.refresh;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which store of an app the instances coordinate through.
 */
class CoordinationStoreTests {

	private static final String KEY = "test:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";

	private final DataSource database = new SimpleDriverDataSource(new org.h2.Driver(),
			"jdbc:h2:mem:coordination-" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");

	private final StrictProvider provider = new StrictProvider();

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
				StateStoreAutoConfiguration.class, TokensAutoConfiguration.class,
				RefreshStrategyAutoConfiguration.class, RefreshAutoConfiguration.class))
		.withBean(DataSource.class, () -> this.database)
		.withBean(ClientRegistrationRepository.class,
				() -> new InMemoryClientRegistrationRepository(TestInstance.registration("idp")))
		.withPropertyValues("spring.application.name=shop", "oauth2-state.cookie.keys=" + KEY,
				"oauth2-state.tokens.keys=" + KEY);

	@ParameterizedTest
	@ValueSource(strings = { "cookie", "memory" })
	void instancesThatShareOnlyTokensAgreeThroughTheStoreOfTokens(String ofLogins) {
		this.app.withPropertyValues("oauth2-state.store=" + ofLogins, "oauth2-state.tokens.store=jdbc").run((one) -> {
			assertThat(refresh(one.getBean(TokenRefreshStrategy.class))).isEqualTo(TokenRefreshOutcome.REFRESHED);
			this.app.withPropertyValues("oauth2-state.store=" + ofLogins, "oauth2-state.tokens.store=jdbc")
				.run((two) -> assertThat(refresh(two.getBean(TokenRefreshStrategy.class)))
					.isEqualTo(TokenRefreshOutcome.SHARED));
		});
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void appThatSharesNothingAgreesWithItself() {
		this.app.withPropertyValues("oauth2-state.store=memory").run((one) -> {
			assertThat(refresh(one.getBean(TokenRefreshStrategy.class))).isEqualTo(TokenRefreshOutcome.REFRESHED);
			assertThat(refresh(one.getBean(TokenRefreshStrategy.class))).isEqualTo(TokenRefreshOutcome.SHARED);
		});
	}

	@Test
	void storeOfLoginsComesFirst() {
		this.app.withPropertyValues("oauth2-state.store=jdbc").run((one) -> {
			refresh(one.getBean(TokenRefreshStrategy.class));
			assertThat(new JdbcTemplate(this.database).queryForObject("select count(*) from oauth2_state", Long.class))
				.isOne();
		});
	}

	private TokenRefreshOutcome refresh(TokenRefreshStrategy strategy) {
		TestInstance instance = new TestInstance(strategy, this.provider, null);
		instance.refresh("f.0");
		return instance.takeOutcomes().get(0);
	}

}
