package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Connections of the store's own that all share one native connection.
 * <p>
 * Spring Data makes the native connection under a lock, one caller after the other, so
 * that while a server swallows packets the last of many callers would wait many times the
 * timeout. Here one attempt at a time runs aside, and everyone waits for it, once.
 */
final class OwnRedisConnections implements RedisConnections {

	private final LettuceConnectionFactory factory;

	private final Duration timeout;

	private volatile boolean connected;

	private @Nullable FutureTask<Void> attempt;

	OwnRedisConnections(LettuceConnectionFactory factory, Duration timeout) {
		this.factory = factory;
		this.timeout = timeout;
	}

	@Override
	public RedisConnection open() {
		if (!this.connected) {
			await(attempt());
		}
		return this.factory.getConnection();
	}

	@Override
	public void close() {
		this.factory.destroy();
	}

	private synchronized FutureTask<Void> attempt() {
		if (this.attempt == null || this.attempt.isDone()) {
			this.attempt = new FutureTask<>(this::connect, null);
			Thread thread = new Thread(this.attempt, "oauth2-state-redis-connect");
			thread.setDaemon(true);
			thread.start();
		}
		return this.attempt;
	}

	private void connect() {
		this.factory.getConnection().close();
		this.connected = true;
	}

	private void await(FutureTask<Void> connecting) {
		try {
			connecting.get(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			throw new RedisConnectionFailureException("Cannot connect", ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new RedisConnectionFailureException("Cannot connect in time", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RedisConnectionFailureException("Interrupted while connecting", ex);
		}
	}

}
