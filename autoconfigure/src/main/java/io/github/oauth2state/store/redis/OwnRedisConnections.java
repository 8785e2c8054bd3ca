package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.cluster.RedisClusterClient;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Connections of the store's own that all share one native connection.
 * <p>
 * Spring Data makes the native connection under a lock, one caller after the other, so
 * that while a server swallows packets the last of many callers would wait many times the
 * timeout. Here one attempt at a time runs aside, and everyone waits for it, once.
 */
final class OwnRedisConnections implements RedisConnections {

	/**
	 * To connect to a cluster anew breaks the connections to all its nodes, also to those
	 * that answer.
	 */
	private static final Duration CLUSTER_PATIENCE = Duration.ofSeconds(30);

	private final LettuceConnectionFactory factory;

	private final Duration timeout;

	private final @Nullable ClusterTopology topology;

	private @Nullable FutureTask<Void> connecting;

	private long begun;

	private boolean mistrusted = true;

	OwnRedisConnections(LettuceConnectionFactory factory, Duration timeout) {
		this.factory = factory;
		this.timeout = timeout;
		this.topology = (factory.getNativeClient() instanceof RedisClusterClient cluster)
				? new ClusterTopology(cluster, timeout) : null;
	}

	/**
	 * Begins to connect, and does not wait for it: the first login of an instance should
	 * not have to, least of all on a machine that is busy with starting. If it fails, the
	 * first call tries again.
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
			boolean anew = this.mistrusted;
			this.connecting = new FutureTask<>(() -> connect(anew), null);
			this.begun = System.nanoTime();
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
			connectAgain(true);
			throw ex;
		}
	}

	/**
	 * Tells whether Lettuce has connected again by itself.
	 */
	private boolean answers() {
		try (RedisConnection connection = this.factory.getConnection()) {
			return connection.ping() != null;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private synchronized void connectAgain(boolean anew) {
		this.connecting = null;
		this.mistrusted = anew;
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
	 * Lets the next call connect anew, unless the connection is younger than the command.
	 * <p>
	 * When the other end is gone without a word, for example in a failover, it takes the
	 * operating system a quarter of an hour to notice. When it is gone for long, Lettuce
	 * waits up to half a minute between two attempts. And when it has become a replica,
	 * it goes on answering, while clients that look for the master find another.
	 */
	@Override
	public void failed(StateStoreException failure) {
		boolean gone = failure.getReason() == Reason.CONNECTION;
		boolean useless = failure.getReason() == Reason.TIMEOUT || RedisFailures.isReadOnly(failure);
		if (gone || useless) {
			if (this.topology != null) {
				this.topology.refresh();
			}
			connectAgainUnlessYoung(useless || this.topology != null);
		}
	}

	private synchronized void connectAgainUnlessYoung(boolean anew) {
		Duration young = (this.topology != null) ? CLUSTER_PATIENCE : this.timeout;
		if (System.nanoTime() - this.begun >= young.toNanos()) {
			connectAgain(anew);
		}
	}

	@Override
	public void close() {
		this.factory.destroy();
	}

}
