package io.github.oauth2state.tokens;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
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

/**
 * Auto-configuration of tokens that instances share. Comes before that of Spring Boot,
 * which declares a service in memory unless one is declared already.
 */
@AutoConfiguration(after = { OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class },
		beforeName = "org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration")
@ConditionalOnOAuth2State
@EnableConfigurationProperties(TokensProperties.class)
public final class TokensAutoConfiguration {

	static final String SERVICE = "oauth2StateAuthorizedClientService";

	private static final Log logger = LogFactory.getLog(TokensAutoConfiguration.class);

	/**
	 * The keys, if there are any. This is no condition: keys are secret, and conditions
	 * of apps that are processed ahead of time are decided at build time.
	 */
	@Bean(Keyring.TOKEN_KEYS_BEAN)
	@Nullable Keyring oauth2StateTokenKeys(TokensProperties properties) {
		return properties.hasKeys() ? properties.checkedKeys() : null;
	}

	/**
	 * Warns if the property has no effect, because the app declares a service of its own.
	 */
	@Bean
	@Conditional(NotReactive.class)
	@ConditionalOnTokenStore({ TokensProperties.Store.REDIS, TokensProperties.Store.JDBC,
			TokensProperties.Store.JDBC_PLAIN })
	SmartInitializingSingleton oauth2StateIgnoredTokenStoreWarning(ListableBeanFactory beans) {
		return () -> warnIfIgnored(beans, OAuth2AuthorizedClientService.class);
	}

	static void warnIfIgnored(ListableBeanFactory beans, Class<?> service) {
		String[] names = beans.getBeanNamesForType(service, true, false);
		if (!Arrays.asList(names).contains(SERVICE)) {
			logger.warn("The property oauth2-state.tokens.store has no effect: the app's own " + service.getSimpleName()
					+ " " + Arrays.toString(names) + " keeps the tokens. Remove one of the two.");
		}
	}

	/**
	 * Stops the app if the classes that {@link Plain} needs are missing.
	 */
	@Bean(SERVICE)
	@Conditional(NotReactive.class)
	@ConditionalOnTokenStore(TokensProperties.Store.JDBC_PLAIN)
	@ConditionalOnMissingBean
	@SuppressWarnings("DoNotCallSuggester")
	OAuth2AuthorizedClientService noAuthorizedClientService() {
		throw noConnection(TokensProperties.Store.JDBC_PLAIN);
	}

	static StartupFailureException noConnection(TokensProperties.Store configured) {
		boolean redis = configured == TokensProperties.Store.REDIS;
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

	static StateStore configuredStore(TokensProperties properties, OAuth2StateSettings settings,
			ObjectProvider<ConfiguredStore<?>> stores) {
		StateStore store = stores.stream()
			.filter((candidate) -> candidate.type().name().equals(properties.store().name()))
			.<StateStore>map(ConfiguredStore::store)
			.findFirst()
			.orElseThrow(() -> noConnection(properties.store()));
		logger.info("Tokens are kept in %s: namespace '%s', time to live %s unless their life is known".formatted(store,
				settings.namespace(), DurationStyle.SIMPLE.print(properties.checkedTtl(), ChronoUnit.SECONDS)));
		return store;
	}

	/**
	 * Tokens in a store of the library's own, sealed.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(NotReactive.class)
	@ConditionalOnTokenStore({ TokensProperties.Store.REDIS, TokensProperties.Store.JDBC })
	@ConditionalOnMissingBean(OAuth2AuthorizedClientService.class)
	static class Sealed {

		@Bean(SERVICE)
		SharedAuthorizedClientService oauth2StateAuthorizedClientService(TokensProperties properties,
				OAuth2StateSettings settings, @Qualifier(Keyring.TOKEN_KEYS_BEAN) ObjectProvider<Keyring> keys,
				ObjectProvider<ConfiguredStore<?>> stores, ObjectProvider<ConfiguredStore.Decorator> decorators,
				ClientRegistrationRepository registrations, ObjectProvider<TokenLogout.LateTokens> late) {
			TokenSealer sealer = new TokenSealer(keys.getIfAvailable(properties::checkedKeys), settings.namespace());
			StateStore store = configuredStore(properties, settings, stores);
			return new SharedAuthorizedClientService(registrations, ConfiguredStore.decorate(store, decorators), sealer,
					properties.checkedTtl(), InstantSource.system(),
					(client) -> late.ifAvailable((listener) -> listener.discard(client)));
		}

	}

	/**
	 * Tokens in the table of Spring Security.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(NotReactive.class)
	@ConditionalOnClass(JdbcOperations.class)
	@ConditionalOnTokenStore(TokensProperties.Store.JDBC_PLAIN)
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
				throw noConnection(TokensProperties.Store.JDBC_PLAIN);
			}
			return ConfiguredStore.chooseConnection(StoreType.JDBC, qualified, unqualified);
		}

	}

	/**
	 * Matches in servlet apps and in apps without a web server.
	 */
	static class NotReactive extends NoneNestedConditions {

		NotReactive() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
		static class Reactive {

		}

	}

}
