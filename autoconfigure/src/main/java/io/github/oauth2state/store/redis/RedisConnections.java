package io.github.oauth2state.store.redis;

import java.time.Duration;

import org.apache.commons.logging.LogFactory;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateStoreException;

/**
 * The connections of the store.
 */
interface RedisConnections extends AutoCloseable {

	/**
	 * Opens a connection that is not bound to a transaction of the caller.
	 * @return a connection to close after use
	 */
	RedisConnection open();

	/**
	 * Handles a command that failed, perhaps because its connection is broken.
	 * @param failure how the command failed
	 */
	void failed(StateStoreException failure);

	/**
	 * Closes the connections that belong to the store.
	 */
	@Override
	void close();

	/**
	 * Derives connections that keep to the timeout if the app uses Lettuce. Other clients
	 * keep the timeouts that the app set, and a warning says so.
	 * @param app the app's connections
	 * @param timeout how long a call may take
	 * @return connections for the store
	 */
	static RedisConnections of(RedisConnectionFactory app, Duration timeout) {
		if (app instanceof LettuceConnectionFactory lettuce) {
			LettuceConnectionFactory own = BoundedLettuce.derive(lettuce, timeout);
			if (own != null) {
				OwnRedisConnections connections = new OwnRedisConnections(own, timeout);
				connections.connectAhead();
				return connections;
			}
		}
		LogFactory.getLog(RedisConnections.class)
			.warn(("Redis is reached through the app's own connections, of type %s, with their timeouts and retries: "
					+ "oauth2-state.timeout (%d ms) is kept with Lettuce only. With Jedis, set spring.data.redis.timeout "
					+ "and spring.data.redis.connect-timeout. With another client, set its timeouts, and let it repeat no "
					+ "command: a login whose record was taken is lost when the command is repeated.")
				.formatted(app.getClass().getName(), timeout.toMillis()));
		return new AppRedisConnections(app);
	}

	/**
	 * The connections of the app itself.
	 *
	 * @param factory the app's connection factory
	 */
	record AppRedisConnections(RedisConnectionFactory factory) implements RedisConnections {

		@Override
		public RedisConnection open() {
			return this.factory.getConnection();
		}

		@Override
		public void failed(StateStoreException failure) {
			// The app's client reconnects
		}

		@Override
		public void close() {
			// The app closes them
		}

	}

}
