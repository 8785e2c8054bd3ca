package io.github.oauth2state.store.redis;

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.NestedExceptionUtils;

import io.github.oauth2state.StateStoreException;

/**
 * Says once at startup that Redis cannot be reached. The app does not wait for it, and
 * starts all the same: the first call that reaches Redis finds all that it needs.
 */
final class FirstConnection implements SmartInitializingSingleton, DisposableBean {

	private static final Log logger = LogFactory.getLog(FirstConnection.class);

	/**
	 * A first connection that is slow because the app is busy with starting is not worth
	 * a warning.
	 */
	private static final Duration REST = Duration.ofSeconds(1);

	private final RedisStateStore store;

	private volatile boolean closed;

	FirstConnection(RedisStateStore store) {
		this.store = store;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Thread thread = new Thread(this::reach, "oauth2-state-redis-first");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * An app that ends at once, such as a test, has no use for a warning.
	 */
	@Override
	public void destroy() {
		this.closed = true;
	}

	private void reach() {
		try {
			this.store.reach();
		}
		catch (StateStoreException first) {
			try {
				Thread.sleep(REST.toMillis());
				this.store.reach();
			}
			catch (StateStoreException ex) {
				if (this.closed) {
					return;
				}
				logger.warn("Redis cannot be used at startup (%s). The app starts without it. Until Redis answers, "
					.formatted(NestedExceptionUtils.getMostSpecificCause(ex))
						+ "logins begin as oauth2-state.on-store-failure says, and stored tokens cannot be read. "
						+ "If it is running, check spring.data.redis.* and the network.");
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
