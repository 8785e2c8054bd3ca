package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.github.oauth2state.TokenRefreshOutcome;

/**
 * Waits between looks at a lease: longer each time, up to a limit, and by chance, so that
 * many who wait do not all look at once. For one thread.
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
		if (System.nanoTime() - this.deadline >= 0) {
			throw new CoordinationException(TokenRefreshOutcome.TIMED_OUT,
					"Another instance's refresh took longer than oauth2-state.refresh.wait-timeout");
		}
		try {
			Thread.sleep(this.millis / 2 + ThreadLocalRandom.current().nextLong(this.millis));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new CoordinationException(TokenRefreshOutcome.FAILED, "Interrupted");
		}
		this.millis = Math.min(this.millis * 2, LONGEST_MILLIS);
	}

}
