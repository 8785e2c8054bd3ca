package io.github.oauth2state.tokens;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.oauth2.client.JdbcOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;

import io.github.oauth2state.OAuth2StateDataSource;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreDecorator;

/**
 * Auto-configuration of tokens that instances share. Comes before that of Spring Boot,
 * which keeps tokens in memory where nobody else keeps them.
 */
@AutoConfiguration(after = { OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class },
		beforeName = "org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration")
@ConditionalOnOAuth2State
@EnableConfigurationProperties(TokensProperties.class)
public final class TokensAutoConfiguration {

	static final String SERVICE = "oauth2StateAuthorizedClientService";

	private static final Log logger = LogFactory.getLog(TokensAutoConfiguration.class);

	@Bean
	@Conditional(OnTokenKeysCondition.class)
	TokenKeys oauth2StateTokenKeys(TokensProperties properties, OAuth2StateSettings settings) {
		return tokenKeys(properties, settings);
	}

	private static TokenKeys tokenKeys(TokensProperties properties, OAuth2StateSettings settings) {
		return new TokenKeys(Keyring.of("oauth2-state.tokens.keys", properties.keysOrNone()), settings.namespace());
	}

	@Bean
	@ConditionalOnTokenStore({ TokenStoreType.REDIS, TokenStoreType.JDBC, TokenStoreType.JDBC_PLAIN })
	IgnoredTokenStoreWarning oauth2StateIgnoredTokenStoreWarning(ListableBeanFactory beans) {
		return new IgnoredTokenStoreWarning(beans);
	}

	/**
	 * Stands in where the classes of {@link Plain} are not there.
	 */
	@Bean(SERVICE)
	@ConditionalOnTokenStore(TokenStoreType.JDBC_PLAIN)
	@ConditionalOnMissingBean
	@SuppressWarnings("DoNotCallSuggester")
	OAuth2AuthorizedClientService noAuthorizedClientService() {
		throw noConnection(TokenStoreType.JDBC_PLAIN);
	}

	private static StartupFailureException noConnection(TokenStoreType configured) {
		boolean redis = configured == TokenStoreType.REDIS;
		return new StartupFailureException(
				"The property oauth2-state.tokens.store is '%s', but the app has no %s bean.".formatted(
						configured.name().toLowerCase(Locale.ROOT).replace('_', '-'),
						redis ? "RedisConnectionFactory" : "DataSource"),
				"""
						One of these:

						- %s
						- or set oauth2-state.tokens.store=%s, to keep tokens there
						- or declare a bean of type OAuth2AuthorizedClientService
						- or remove oauth2-state.tokens.store, to keep tokens in the memory of each instance"""
					.formatted(
							redis ? "add spring-boot-starter-data-redis and set spring.data.redis.url"
									: "add spring-boot-starter-jdbc and a driver, and set spring.datasource.url",
							redis ? "jdbc" : "redis"));
	}

	/**
	 * Tokens in a store of the library's own, sealed.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnTokenStore({ TokenStoreType.REDIS, TokenStoreType.JDBC })
	@ConditionalOnMissingBean(OAuth2AuthorizedClientService.class)
	static class Sealed {

		@Bean(SERVICE)
		SharedAuthorizedClientService oauth2StateAuthorizedClientService(TokensProperties properties,
				OAuth2StateSettings settings, ObjectProvider<TokenKeys> keys, ObjectProvider<ConfiguredStore<?>> stores,
				ObjectProvider<StoreDecorator> decorators, ClientRegistrationRepository registrations) {
			TokenKeys present = keys.getIfAvailable(() -> tokenKeys(properties, settings));
			StateStore store = stores.stream()
				.filter((candidate) -> candidate.type().name().equals(properties.store().name()))
				.<StateStore>map(ConfiguredStore::store)
				.findFirst()
				.orElseThrow(() -> noConnection(properties.store()));
			logger.info("Tokens are kept in %s: namespace '%s', time to live %s unless they tell".formatted(store,
					settings.namespace(), DurationStyle.SIMPLE.print(properties.checkedTtl(), ChronoUnit.SECONDS)));
			return new SharedAuthorizedClientService(registrations, StoreDecorator.decorate(store, decorators),
					new SealedTokens(present, settings.namespace()), properties.checkedTtl(), InstantSource.system());
		}

	}

	/**
	 * Tokens in the table of Spring Security.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(JdbcOperations.class)
	@ConditionalOnTokenStore(TokenStoreType.JDBC_PLAIN)
	@ConditionalOnMissingBean(OAuth2AuthorizedClientService.class)
	static class Plain {

		@Bean(SERVICE)
		JdbcOAuth2AuthorizedClientService oauth2StateAuthorizedClientService(ObjectProvider<JdbcOperations> jdbc,
				@OAuth2StateDataSource ObjectProvider<DataSource> qualified, ObjectProvider<DataSource> unqualified,
				ClientRegistrationRepository registrations) {
			boolean chosen = qualified.stream().findAny().isPresent();
			JdbcOperations operations = chosen ? null : jdbc.getIfUnique();
			if (operations == null) {
				operations = new JdbcTemplate(dataSource(qualified, unqualified));
			}
			logger.info("Tokens are kept in the table oauth2_authorized_client, not sealed");
			return new JdbcOAuth2AuthorizedClientService(operations, registrations);
		}

		private static DataSource dataSource(ObjectProvider<DataSource> qualified,
				ObjectProvider<DataSource> unqualified) {
			if (qualified.stream().findAny().isEmpty() && unqualified.stream().findAny().isEmpty()) {
				throw noConnection(TokenStoreType.JDBC_PLAIN);
			}
			return ConfiguredStore.chooseConnection(StoreType.JDBC, qualified, unqualified);
		}

	}

}
