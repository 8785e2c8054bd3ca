package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.authorizationserver.CodeLedger.Claim;

/**
 * Gives codes back for which nothing was handed out. A claim whose answer was lost may
 * have been made, or be made later, when a connection that was stuck delivers it. So it
 * is taken back in the background, again and again until that succeeds or nothing can
 * arrive any more. No other claim is touched, as no two have the same record.
 * Thread-safe.
 */
final class ClaimRelease implements AutoCloseable {

	/**
	 * How long after the claim the store may still receive it, or come back.
	 */
	private static final Duration PATIENCE = Duration.ofMinutes(5);

	private static final Duration PAUSE = Duration.ofMillis(250);

	private static final Duration MAX_PAUSE = Duration.ofSeconds(1);

	/**
	 * While the store is away, each attempt to use a code leaves a claim.
	 */
	private static final int MAX_WAITING = 1000;

	private final StateStore store;

	private final ScheduledThreadPoolExecutor executor;

	ClaimRelease(StateStore store) {
		this.store = store;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("oauth2-state-code-");
		threads.setDaemon(true);
		this.executor = new ScheduledThreadPoolExecutor(1, threads);
		this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	/**
	 * Takes back a claim that was made.
	 * @param claim the claim
	 */
	void release(Claim claim) {
		try {
			boolean unused = take(claim);
		}
		catch (RuntimeException ex) {
			repeat(claim, PAUSE, System.nanoTime() + PATIENCE.toNanos());
		}
	}

	/**
	 * Takes back a claim that may have been made, in the background: the client has
	 * waited long enough.
	 * @param claim the claim
	 */
	void releaseUncertain(Claim claim) {
		repeat(claim, Duration.ZERO, System.nanoTime() + PATIENCE.toNanos());
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private void repeat(Claim claim, Duration pause, long deadline) {
		if (this.executor.getQueue().size() >= MAX_WAITING) {
			return;
		}
		try {
			this.executor.schedule(() -> {
				if (!tryTake(claim) && System.nanoTime() - deadline < 0) {
					repeat(claim, longer(pause), deadline);
				}
			}, pause.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The app is stopping
		}
	}

	private static Duration longer(Duration pause) {
		return (pause.compareTo(MAX_PAUSE) < 0) ? pause.plus(PAUSE) : pause;
	}

	private boolean tryTake(Claim claim) {
		try {
			return take(claim);
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	/**
	 * Returns whether the claim was there, and is no longer.
	 */
	private boolean take(Claim claim) {
		return (claim.pending() != null) ? this.store.replace(claim.key(), claim.record(), claim.pending(), claim.ttl())
				: this.store.remove(claim.key(), claim.record());
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
