package io.github.oauth2state.store.redis;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.StoreType;
import io.github.oauth2state.store.ConditionalOnStore;

/**
 * Auto-configuration of the Redis store. It needs what Spring Boot configures from
 * {@code spring.data.redis}, or a {@link RedisConnectionFactory} of the app's own.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class,
		afterName = { "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration" })
@ConditionalOnBooleanProperty(name = "oauth2-state.enabled", matchIfMissing = true)
@ConditionalOnClass(RedisConnectionFactory.class)
@ConditionalOnStore(StoreType.REDIS)
@ConditionalOnBean(RedisConnectionFactory.class)
@ConditionalOnMissingBean(StateStore.class)
@EnableConfigurationProperties(RedisStateStoreProperties.class)
public final class RedisStateStoreAutoConfiguration {

	@Bean
	RedisStateStore redisStateStore(RedisConnectionFactory connectionFactory, OAuth2StateSettings settings,
			RedisStateStoreProperties properties) {
		String keyPrefix = properties.checkedKeyPrefix();
		return new RedisStateStore(RedisConnections.of(connectionFactory, settings.timeout()), keyPrefix);
	}

}
