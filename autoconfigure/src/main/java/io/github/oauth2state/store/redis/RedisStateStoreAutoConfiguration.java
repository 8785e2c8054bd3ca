package io.github.oauth2state.store.redis;

import java.util.regex.Pattern;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.oauth2state.OAuth2StateRedisConnectionFactory;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.store.ConditionalOnStore;
import io.github.oauth2state.store.ConfiguredStore;

/**
 * Auto-configuration of the Redis store. It needs what Spring Boot configures from
 * {@code spring.data.redis}, or a {@link RedisConnectionFactory} of the app's own.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class,
		afterName = { "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration" })
@ConditionalOnOAuth2State
@ConditionalOnClass(RedisConnectionFactory.class)
@Conditional(RedisStateStoreAutoConfiguration.Needed.class)
@EnableConfigurationProperties(RedisStateStoreAutoConfiguration.RedisStateStoreProperties.class)
@ImportRuntimeHints(BoundedLettuce.Hints.class)
public final class RedisStateStoreAutoConfiguration {

	@Bean
	ConfiguredStore<RedisStateStore> oauth2StateRedisStore(
			@OAuth2StateRedisConnectionFactory ObjectProvider<RedisConnectionFactory> qualified,
			ObjectProvider<RedisConnectionFactory> unqualified, OAuth2StateSettings settings,
			RedisStateStoreProperties properties) {
		RedisConnectionFactory connectionFactory = ConfiguredStore.chooseConnection(StoreType.REDIS, qualified,
				unqualified);
		String keyPrefix = properties.checkedKeyPrefix();
		RedisWarnings.warnIfUnprotected(connectionFactory);
		return new ConfiguredStore<>(StoreType.REDIS,
				() -> new RedisStateStore(RedisConnections.of(connectionFactory, settings.timeout()), keyPrefix),
				RedisStateStore::sessionIndex);
	}

	@Bean
	@ConditionalOnStore(StoreType.REDIS)
	@ConditionalOnMissingBean(StateStore.class)
	RedisStateStore oauth2StateRedisStateStore(ConfiguredStore<RedisStateStore> oauth2StateRedisStore) {
		return oauth2StateRedisStore.store();
	}

	@Bean
	RedisWarnings oauth2StateRedisWarnings(ConfiguredStore<RedisStateStore> oauth2StateRedisStore) {
		return new RedisWarnings(oauth2StateRedisStore.store());
	}

	/**
	 * Matches where logins or tokens are kept in this store. An app may have a store of
	 * its own for logins.
	 */
	static class Needed extends AnyNestedCondition {

		Needed() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnStore(StoreType.REDIS)
		@ConditionalOnMissingBean(StateStore.class)
		static class ByLogins {

		}

		@ConditionalOnStore(value = StoreType.REDIS, property = ConditionalOnStore.TOKENS)
		static class ByTokens {

		}

	}

	/**
	 * Properties of the Redis store.
	 *
	 * @param keyPrefix what the keys of all records begin with, for example for an access
	 * control list: letters, digits, ':', '.', '_', '/' and '-', at most 64
	 */
	@ConfigurationProperties("oauth2-state.redis")
	record RedisStateStoreProperties(@DefaultValue("oauth2-state:") String keyPrefix) {

		/**
		 * Leaves out characters with a meaning in patterns or, as braces, in Redis
		 * Cluster.
		 */
		private static final Pattern KEY_PREFIX = Pattern.compile("[A-Za-z0-9:._/-]{1,64}");

		String checkedKeyPrefix() {
			return PropertyCheck.of("oauth2-state.redis.key-prefix", this.keyPrefix)
				.must(KEY_PREFIX.asMatchPredicate(), "Use 1 to 64 letters, digits, ':', '.', '_', '/' or '-'.");
		}

	}

}
