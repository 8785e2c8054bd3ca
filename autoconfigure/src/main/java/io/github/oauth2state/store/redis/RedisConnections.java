package io.github.oauth2state.store.redis;

import java.time.Duration;

import org.apache.commons.logging.LogFactory;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateStoreException;

/**
 * Where the store gets its connections from.
 */
interface RedisConnections extends AutoCloseable {

	/**
	 * Returns a connection that no transaction of the caller is bound to.
	 * @return a connection to close after use
	 */
	RedisConnection open();

	/**
	 * Takes note that a command failed, perhaps because its connection is of no use.
	 * @param failure what became of the command
	 */
	void failed(StateStoreException failure);

	/**
	 * Closes what is the store's own.
	 */
	@Override
	void close();

	/**
	 * Derives connections that keep to the timeout where the app uses Lettuce. Other
	 * clients have the timeouts that the app gave them, which is said at startup.
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
	 * Connections that stay the app's.
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
			// The app's client knows what to do
		}

		@Override
		public void close() {
			// The app closes them
		}

	}

}
