package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.cluster.RedisClusterClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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
 */
final class OwnRedisConnections implements RedisConnections {

	private static final Log logger = LogFactory.getLog(OwnRedisConnections.class);

	/**
	 * A new connection to a cluster ends the connections to all its nodes, including
	 * those that answer.
	 */
	private static final Duration CLUSTER_PATIENCE = Duration.ofSeconds(30);

	private final LettuceConnectionFactory factory;

	private final Duration timeout;

	private final @Nullable ClusterTopology topology;

	private @Nullable FutureTask<Void> connecting;

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
		FutureTask<Void> unused = connecting();
	}

	@Override
	public RedisConnection open() {
		await(connecting());
		return this.factory.getConnection();
	}

	private synchronized FutureTask<Void> connecting() {
		if (this.connecting == null) {
			boolean anew = this.mustReconnect;
			this.connecting = new FutureTask<>(() -> connect(anew), null);
			this.startedAt = System.nanoTime();
			Thread thread = new Thread(this.connecting, "oauth2-state-redis-connect");
			thread.setDaemon(true);
			thread.start();
		}
		return this.connecting;
	}

	private void connect(boolean anew) {
		try {
			if (anew || !answers()) {
				this.factory.resetConnection();
				this.factory.getConnection().close();
			}
		}
		catch (RuntimeException ex) {
			reconnect(true);
			throw ex;
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
		this.factory.destroy();
	}

	/**
	 * Asks a cluster again which node has which slots, after a failure. Lettuce does so
	 * by itself when a node refuses connections, but not when a node only stops
	 * answering.
	 */
	private static final class ClusterTopology {

		private static final Duration MIN_PAUSE = Duration.ofSeconds(1);

		private final RedisClusterClient client;

		private final Duration pause;

		private boolean asking;

		private long asked;

		/**
		 * Creates an instance.
		 * @param client the client that keeps the answer
		 * @param timeout how long a call may take
		 */
		ClusterTopology(RedisClusterClient client, Duration timeout) {
			this.client = client;
			this.pause = (timeout.compareTo(MIN_PAUSE) > 0) ? timeout : MIN_PAUSE;
			this.asked = System.nanoTime() - this.pause.toNanos();
		}

		/**
		 * Asks without waiting, unless it did so a moment ago.
		 */
		void refresh() {
			if (begin()) {
				try {
					this.client.refreshPartitionsAsync().whenComplete((done, failure) -> end(failure));
				}
				catch (RuntimeException ex) {
					end(ex);
				}
			}
		}

		private synchronized boolean begin() {
			if (this.asking || System.nanoTime() - this.asked < this.pause.toNanos()) {
				return false;
			}
			this.asking = true;
			return true;
		}

		private synchronized void end(@Nullable Throwable failure) {
			this.asking = false;
			this.asked = System.nanoTime();
			if (failure != null) {
				logger.debug("No node of the cluster knows which node has which slots", failure);
			}
		}

	}

}
