package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * Keeps leases alive while their holders wait for the provider, though no longer than
 * others wait for them: a call that never returns must not keep a user from new tokens
 * for good. Thread-safe.
 */
final class LeaseRenewal implements AutoCloseable {

	private final StateStore store;

	private final Duration lease;

	private final Duration limit;

	private final ScheduledThreadPoolExecutor executor;

	LeaseRenewal(StateStore store, RefreshSettings settings) {
		this.store = store;
		this.lease = settings.lease();
		this.limit = settings.waitTimeout();
		CustomizableThreadFactory threads = new CustomizableThreadFactory("oauth2-state-lease-");
		threads.setDaemon(true);
		this.executor = new ScheduledThreadPoolExecutor(1, threads);
		this.executor.setRemoveOnCancelPolicy(true);
	}

	/**
	 * Renews a lease while something is under way.
	 */
	<T> T during(StateKey key, byte[] value, Supplier<T> action) {
		long begun = System.nanoTime();
		long period = this.lease.toMillis() / 3;
		Future<?> renewals = this.executor.scheduleAtFixedRate(() -> {
			if (System.nanoTime() - begun < this.limit.toNanos()) {
				renew(key, value);
			}
		}, period, period, TimeUnit.MILLISECONDS);
		try {
			return action.get();
		}
		finally {
			renewals.cancel(false);
		}
	}

	/**
	 * Starts a lease's life anew.
	 * @return whether it is still its holder's
	 */
	boolean renew(StateKey key, byte[] value) {
		try {
			return this.store.replace(key, value, value, this.lease);
		}
		catch (StateStoreException ex) {
			// Whether it is will show when the result is published.
			return true;
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
