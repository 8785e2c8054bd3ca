package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.LocalCoordinator.CoordinationException;

/**
 * Pauses a request between commands of the store, until its time is up. Pauses grow up to
 * a limit and are random, so that waiting requests do not all ask at once. Not
 * thread-safe.
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
	 * Waits.
	 * @throws CoordinationException if there is no time left
	 */
	void pause() {
		if (tryPause()) {
			return;
		}
		if (Thread.currentThread().isInterrupted()) {
			throw new CoordinationException(TokenRefreshOutcome.FAILED, "Interrupted");
		}
		throw timedOut();
	}

	static CoordinationException timedOut() {
		return new CoordinationException(TokenRefreshOutcome.TIMED_OUT,
				"Another instance's refresh took longer than oauth2-state.refresh.wait-timeout");
	}

	/**
	 * Waits, if there is time left.
	 * @return whether there was time left
	 */
	boolean tryPause() {
		Optional<Duration> pause = next();
		if (pause.isEmpty()) {
			return false;
		}
		try {
			Thread.sleep(pause.get().toMillis());
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Returns how long the next pause is, or empty if there is no time left.
	 */
	Optional<Duration> next() {
		if (System.nanoTime() - this.deadline >= 0) {
			return Optional.empty();
		}
		long pause = this.millis / 2 + ThreadLocalRandom.current().nextLong(this.millis);
		this.millis = Math.min(this.millis * 2, LONGEST_MILLIS);
		return Optional.of(Duration.ofMillis(pause));
	}

}
