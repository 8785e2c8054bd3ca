package io.github.oauth2state.store.redis;

import java.lang.reflect.Field;
import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Derives a connection factory from the app's that goes to the same server in the same
 * way, but fails in time and never sends a command later than it was asked to.
 */
final class BoundedLettuce {

	private static final Log logger = LogFactory.getLog(BoundedLettuce.class);

	private BoundedLettuce() {
	}

	/**
	 * Derives a connection factory.
	 * @param app the app's connection factory
	 * @param timeout how long a command may take
	 * @return a started factory, not connected yet, or {@code null} if it cannot be told
	 * where the app's connects to
	 */
	static @Nullable LettuceConnectionFactory derive(LettuceConnectionFactory app, Duration timeout) {
		RedisConfiguration configuration = configuration(app);
		if (configuration == null) {
			logger.warn("oauth2-state.timeout is not kept on this connection factory: " + app.getClass().getName());
			return null;
		}
		LettuceConnectionFactory derived = new LettuceConnectionFactory(configuration,
				new BoundedLettuceClientConfiguration(app.getClientConfiguration(), timeout));
		derived.afterPropertiesSet();
		return derived;
	}

	private static @Nullable RedisConfiguration configuration(LettuceConnectionFactory app) {
		// The getters do not tell all: there is none for a static primary and its
		// replicas, and a standalone configuration given as a {@code RedisConfiguration}
		// is answered by the default one, localhost.
		Field field = ReflectionUtils.findField(LettuceConnectionFactory.class, "configuration",
				RedisConfiguration.class);
		if (field == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(field);
		return (RedisConfiguration) ReflectionUtils.getField(field, app);
	}

}
