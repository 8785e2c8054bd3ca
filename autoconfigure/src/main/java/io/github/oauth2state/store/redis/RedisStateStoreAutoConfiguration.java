package io.github.oauth2state.store.redis;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.oauth2state.OAuth2StateRedisConnectionFactory;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.StoreType;
import io.github.oauth2state.store.ConditionalOnConnection;
import io.github.oauth2state.store.ConditionalOnStore;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StoreConnections;

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
@ConditionalOnConnection(StoreType.REDIS)
@EnableConfigurationProperties(RedisStateStoreProperties.class)
public final class RedisStateStoreAutoConfiguration {

	@Bean
	ConfiguredStore<RedisStateStore> oauth2StateRedisStore(
			@OAuth2StateRedisConnectionFactory ObjectProvider<RedisConnectionFactory> qualified,
			ObjectProvider<RedisConnectionFactory> unqualified, OAuth2StateSettings settings,
			RedisStateStoreProperties properties) {
		RedisConnectionFactory connectionFactory = StoreConnections.choose(StoreType.REDIS, qualified, unqualified);
		String keyPrefix = properties.checkedKeyPrefix();
		UnprotectedRedisWarning.check(connectionFactory);
		return new ConfiguredStore<>(StoreType.REDIS,
				() -> new RedisStateStore(RedisConnections.of(connectionFactory, settings.timeout()), keyPrefix));
	}

	@Bean
	@ConditionalOnStore(StoreType.REDIS)
	@ConditionalOnMissingBean(StateStore.class)
	RedisStateStore redisStateStore(ConfiguredStore<RedisStateStore> oauth2StateRedisStore) {
		return oauth2StateRedisStore.store();
	}

	@Bean
	FirstConnection oauth2StateRedisFirstConnection(ConfiguredStore<RedisStateStore> oauth2StateRedisStore) {
		return new FirstConnection(oauth2StateRedisStore.store());
	}

	/**
	 * Logins, unless the app has a store of its own for them, or tokens.
	 */
	static class Needed extends AnyNestedCondition {

		Needed() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnStore(StoreType.REDIS)
		@ConditionalOnMissingBean(StateStore.class)
		static class ByLogins {

		}

		@ConditionalOnProperty(name = "oauth2-state.tokens.store", havingValue = "redis")
		static class ByTokens {

		}

	}

}
