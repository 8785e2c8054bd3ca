package io.github.oauth2state.sample;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Configuration;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisWebSession;

/**
 * Keeps sessions in Redis, so that a user signed in by one instance is known to all.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "sample.session-store", havingValue = "redis")
@EnableRedisWebSession
class RedisSessionConfiguration {

}
