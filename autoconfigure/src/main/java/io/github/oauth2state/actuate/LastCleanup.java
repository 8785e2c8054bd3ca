package io.github.oauth2state.actuate;

import java.time.Instant;
import java.time.InstantSource;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Remembers the last removal of expired records by this instance. Thread-safe.
 */
final class LastCleanup implements CleanupListener {

	private final InstantSource clock;

	private volatile @Nullable Run last;

	LastCleanup(InstantSource clock) {
		this.clock = clock;
	}

	@Override
	public void onCleanup(CleanupEvent event) {
		// A run that failed has not found out what is left
		boolean complete = event.failure() == null;
		this.last = new Run(this.clock.instant(), event.removed(), event.duration().toMillis(), event.failure(),
				complete ? event.pending() : null, complete ? event.oldestExpired().toSeconds() : null);
	}

	/**
	 * Returns the last run, or {@code null} if there was none.
	 */
	@Nullable Run get() {
		return this.last;
	}

	/**
	 * One run.
	 *
	 * @param lastRun when it ended
	 * @param removed how many records it removed
	 * @param durationMillis how long it took
	 * @param failure why it ended early, or {@code null} if it did not
	 * @param pending how many records had not expired at its end, or {@code null} if it
	 * failed
	 * @param oldestExpiredSeconds for how long the oldest record had been expired at its
	 * end, or {@code null} if it failed
	 */
	record Run(Instant lastRun, long removed, long durationMillis, @Nullable Reason failure, @Nullable Long pending,
			@Nullable Long oldestExpiredSeconds) {
	}

}
