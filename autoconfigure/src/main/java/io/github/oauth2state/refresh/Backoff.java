package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.github.oauth2state.TokenRefreshOutcome;

/**
 * Waits between looks at the store: longer each time, up to a limit, and by chance, so
 * that many who wait do not all look at once. All loops of a refresh share one, and so
 * end at the same time. For one thread.
 */
final class Backoff {

	private static final long FIRST_MILLIS = 20;

	private static final long LONGEST_MILLIS = 200;

	private final long deadline;

	private long millis = FIRST_MILLIS;

	Backoff(Duration waitTimeout) {
		this.deadline = System.nanoTime() + waitTimeout.toNanos();
	}

	/**
	 * Waits a while.
	 * @throws CoordinationException if there is no time left
	 */
	void pause() {
		if (tryPause()) {
			return;
		}
		if (Thread.currentThread().isInterrupted()) {
			throw new CoordinationException(TokenRefreshOutcome.FAILED, "Interrupted");
		}
		throw new CoordinationException(TokenRefreshOutcome.TIMED_OUT,
				"Another instance's refresh took longer than oauth2-state.refresh.wait-timeout");
	}

	/**
	 * Waits a while, if there is time left.
	 * @return whether to go on
	 */
	boolean tryPause() {
		if (System.nanoTime() - this.deadline >= 0) {
			return false;
		}
		try {
			Thread.sleep(this.millis / 2 + ThreadLocalRandom.current().nextLong(this.millis));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		this.millis = Math.min(this.millis * 2, LONGEST_MILLIS);
		return true;
	}

}
