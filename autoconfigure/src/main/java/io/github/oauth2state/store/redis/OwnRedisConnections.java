package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Lettuce connections of the store's own, which share one native connection.
 * <p>
 * Spring Data opens the native connection under a lock, one caller after the other. While
 * a server does not answer, the last of many callers would wait many times the timeout.
 * Here a background thread makes one attempt at a time, and all callers wait for it once.
 * Reactive callers wait without a thread, and send their commands on the same connection.
 */
final class OwnRedisConnections implements RedisConnections {

	/**
	 * A new connection to a cluster ends the connections to all its nodes, including
	 * those that answer.
	 */
	private static final Duration CLUSTER_PATIENCE = Duration.ofSeconds(30);

	private final LettuceConnectionFactory factory;

	private final Duration timeout;

	private final @Nullable ClusterTopology topology;

	private @Nullable CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connecting;

	private long startedAt;

	private boolean mustReconnect = true;

	OwnRedisConnections(LettuceConnectionFactory factory, Duration timeout) {
		this.factory = factory;
		this.timeout = timeout;
		this.topology = (factory.getNativeClient() instanceof RedisClusterClient cluster)
				? new ClusterTopology(cluster, timeout) : null;
	}

	/**
	 * Starts to connect and does not wait, so that the first login of an instance need
	 * not wait either. If it fails, the first call tries again.
	 */
	void connectAhead() {
		CompletableFuture<?> unused = connecting();
	}

	@Override
	public RedisConnection open() {
		await(connecting());
		return this.factory.getConnection();
	}

	/**
	 * Starts to connect unless that has been done, and does not wait. Nobody may complete
	 * or cancel what this returns, as all callers share it.
	 * @return the commands of the shared connection, as soon as there is one
	 */
	synchronized CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connecting() {
		if (this.connecting == null) {
			boolean anew = this.mustReconnect;
			CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> attempt = new CompletableFuture<>();
			this.connecting = attempt;
			this.startedAt = System.nanoTime();
			Thread thread = new Thread(() -> connect(anew, attempt), "oauth2-state-redis-connect");
			thread.setDaemon(true);
			thread.start();
		}
		return this.connecting;
	}

	private void connect(boolean anew, CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> attempt) {
		RedisClusterAsyncCommands<byte[], byte[]> commands;
		try {
			if (anew || !answers()) {
				this.factory.resetConnection();
			}
			commands = commands();
		}
		catch (RuntimeException | Error ex) {
			reconnect(true);
			attempt.completeExceptionally(ex);
			return;
		}
		attempt.complete(commands);
	}

	/**
	 * Returns the commands of the native connection, which outlive the Spring Data
	 * connection around it.
	 */
	@SuppressWarnings("unchecked")
	private RedisClusterAsyncCommands<byte[], byte[]> commands() {
		try (RedisConnection connection = this.factory.getConnection()) {
			return (RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
		}
	}

	/**
	 * Returns whether Lettuce has reconnected by itself.
	 */
	private boolean answers() {
		try (RedisConnection connection = this.factory.getConnection()) {
			return connection.ping() != null;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private synchronized void reconnect(boolean anew) {
		this.connecting = null;
		this.mustReconnect = anew;
	}

	Duration timeout() {
		return this.timeout;
	}

	private void await(CompletableFuture<?> connecting) {
		try {
			connecting.get(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			throw failedToConnect(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw tooLateToConnect(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RedisConnectionFailureException("Interrupted while connecting", ex);
		}
	}

	static RedisConnectionFailureException failedToConnect(@Nullable Throwable cause) {
		return new RedisConnectionFailureException("Cannot connect", cause);
	}

	static RedisConnectionFailureException tooLateToConnect(@Nullable Throwable cause) {
		return new RedisConnectionFailureException("Cannot connect in time", cause);
	}

	/**
	 * Makes the next call connect anew, unless the connection is younger than the
	 * command.
	 * <p>
	 * If a server disappears without closing the connection, as in a failover, the
	 * operating system needs a quarter of an hour to notice. If it is gone for long,
	 * Lettuce waits up to half a minute between two attempts. And if it has become a
	 * replica, it still answers, although a new connection would find the new master.
	 */
	@Override
	public void failed(StateStoreException failure) {
		boolean gone = failure.getReason() == Reason.CONNECTION;
		boolean useless = failure.getReason() == Reason.TIMEOUT || RedisFailures.isReadOnly(failure);
		if (gone || useless) {
			if (this.topology != null) {
				this.topology.refresh();
			}
			reconnectUnlessYoung(useless || this.topology != null);
		}
	}

	private synchronized void reconnectUnlessYoung(boolean anew) {
		Duration young = (this.topology != null) ? CLUSTER_PATIENCE : this.timeout;
		if (System.nanoTime() - this.startedAt >= young.toNanos()) {
			reconnect(anew);
		}
	}

	@Override
	public void close() {
		synchronized (this) {
			this.connecting = CompletableFuture.failedFuture(new IllegalStateException("The store is closed"));
		}
		this.factory.destroy();
	}

}
