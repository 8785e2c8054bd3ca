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

/**
 * Renews leases while their holders wait for the provider, and repeats failed commands of
 * the store in the background. A lease is not renewed any more once other requests have
 * stopped waiting: a call that never returns must not keep a user from new tokens for
 * good. Thread-safe.
 */
final class LeaseRenewal implements AutoCloseable {

	/**
	 * More than one, so that a slow command delays no other lease.
	 */
	private static final int THREADS = 4;

	private static final long RETRY_MILLIS = 250;

	private final Duration lease;

	private final Duration limit;

	private final ScheduledThreadPoolExecutor executor;

	LeaseRenewal(RefreshProperties properties) {
		this.lease = properties.lease();
		this.limit = properties.waitTimeout();
		CustomizableThreadFactory threads = new CustomizableThreadFactory("oauth2-state-lease-");
		threads.setDaemon(true);
		this.executor = new ScheduledThreadPoolExecutor(THREADS, threads);
		this.executor.setRemoveOnCancelPolicy(true);
	}

	/**
	 * Renews the lease of an entry while an action runs.
	 */
	<T> T renewDuring(StoredRefresh entry, Supplier<T> action) {
		long start = System.nanoTime();
		Future<?> renewals = every(this.lease.dividedBy(3), () -> {
			if (System.nanoTime() - start < this.limit.toNanos()) {
				renew(entry);
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
			// The app is stopping. The call goes on without renewals
			return CompletableFuture.completedFuture(null);
		}
	}

	/**
	 * Repeats a task in the background until it succeeds, for as long as a lease lasts.
	 * After that, other requests have taken over.
	 * @param task the task, which returns whether it succeeded
	 */
	void retry(BooleanSupplier task) {
		retry(task, System.nanoTime() + this.lease.toNanos());
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private void retry(BooleanSupplier task, long deadline) {
		try {
			this.executor.schedule(() -> {
				if (!tryRun(task) && System.nanoTime() - deadline < 0) {
					retry(task, deadline);
				}
			}, RETRY_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The app is stopping
		}
	}

	private static boolean tryRun(BooleanSupplier task) {
		try {
			return task.getAsBoolean();
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	/**
	 * Renews the lease of an entry.
	 * @return whether its holder still had it, or the store did not answer
	 */
	boolean renew(StoredRefresh entry) {
		try {
			return entry.renewLease();
		}
		catch (RuntimeException ex) {
			// Whether the lease was lost shows when the result is published
			return true;
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
