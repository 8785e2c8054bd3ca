package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * Keeps leases alive while their holders wait for the provider, though no longer than
 * others wait for them: a call that never returns must not keep a user from new tokens
 * for good. Thread-safe.
 */
final class LeaseRenewal implements AutoCloseable {

	/**
	 * More than one, so that a call of a slow store holds up no other lease.
	 */
	private static final int THREADS = 4;

	private static final long RETRY_MILLIS = 250;

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
		this.executor = new ScheduledThreadPoolExecutor(THREADS, threads);
		this.executor.setRemoveOnCancelPolicy(true);
	}

	/**
	 * Renews a lease while something is under way.
	 */
	<T> T during(StateKey key, byte[] value, Supplier<T> action) {
		long begun = System.nanoTime();
		Future<?> renewals = every(this.lease.dividedBy(3), () -> {
			if (System.nanoTime() - begun < this.limit.toNanos()) {
				renew(key, value);
			}
		});
		try {
			return action.get();
		}
		finally {
			renewals.cancel(false);
		}
	}

	private Future<?> every(Duration period, Runnable task) {
		try {
			return this.executor.scheduleAtFixedRate(task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The app is stopping, and goes on without.
			return CompletableFuture.completedFuture(null);
		}
	}

	/**
	 * Tries something in the background until it succeeds, for as long as a lease lives:
	 * after that, others have gone on without it.
	 * @param task what to try, and whether it succeeded
	 */
	void retry(BooleanSupplier task) {
		retry(task, System.nanoTime() + this.lease.toNanos());
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private void retry(BooleanSupplier task, long deadline) {
		try {
			this.executor.schedule(() -> {
				if (!succeeds(task) && System.nanoTime() - deadline < 0) {
					retry(task, deadline);
				}
			}, RETRY_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The app is stopping.
		}
	}

	private static boolean succeeds(BooleanSupplier task) {
		try {
			return task.getAsBoolean();
		}
		catch (RuntimeException ex) {
			return false;
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
		catch (RuntimeException ex) {
			// Whether it is will show when the result is published.
			return true;
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
