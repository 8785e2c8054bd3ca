package io.github.oauth2state.store.redis;

import java.time.Duration;

import io.lettuce.core.cluster.RedisClusterClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks a cluster again which node has which slots, after a failure. Lettuce does so by
 * itself when a node refuses connections, but not when a node only stops answering.
 */
final class ClusterTopology {

	private static final Log logger = LogFactory.getLog(ClusterTopology.class);

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
