package io.github.oauth2state;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateStoreException.Reason;

/**
 * One run of the removal of expired records, on one instance.
 *
 * @param removed how many records this instance has removed
 * @param duration how long it took
 * @param failure why the run ended early, or {@code null} if it did not
 * @param pending how many records had not expired at its end
 * @param oldestExpired for how long the oldest record had been expired at its end, zero
 * if there was none
 */
public record CleanupEvent(long removed, Duration duration, @Nullable Reason failure, long pending,
		Duration oldestExpired) {
}
