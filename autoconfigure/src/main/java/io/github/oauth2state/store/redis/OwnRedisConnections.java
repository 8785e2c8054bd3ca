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

	private @Nullable FutureTask<Void> connecting;

	private long begun;

	OwnRedisConnections(LettuceConnectionFactory factory, Duration timeout) {
		this.factory = factory;
		this.timeout = timeout;
	}

	@Override
	public RedisConnection open() {
		await(connecting());
		return this.factory.getConnection();
	}

	private synchronized FutureTask<Void> connecting() {
		if (this.connecting == null) {
			this.connecting = new FutureTask<>(this::connect, null);
			this.begun = System.nanoTime();
			Thread thread = new Thread(this.connecting, "oauth2-state-redis-connect");
			thread.setDaemon(true);
			thread.start();
		}
		return this.connecting;
	}

	private void connect() {
		try {
			this.factory.resetConnection();
			this.factory.getConnection().close();
		}
		catch (RuntimeException ex) {
			connectAgain();
			throw ex;
		}
	}

	private synchronized void connectAgain() {
		this.connecting = null;
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

	/**
	 * When the other end is gone without a word, for example in a failover, it takes the
	 * operating system a quarter of an hour to notice. So the next call connects anew,
	 * unless the connection is younger than the command.
	 */
	@Override
	public synchronized void timedOut() {
		if (System.nanoTime() - this.begun >= this.timeout.toNanos()) {
			connectAgain();
		}
	}

	@Override
	public void close() {
		this.factory.destroy();
	}

}
