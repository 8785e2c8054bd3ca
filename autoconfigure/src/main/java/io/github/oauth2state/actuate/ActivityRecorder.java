package io.github.oauth2state.actuate;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Records what this instance has done since it started, for the endpoint: it counts
 * logins and keeps the last cleanup. Logins are counted by path and outcome only, as
 * values that a caller can choose would make the counts grow without limit. Thread-safe.
 */
class ActivityRecorder implements LoginListener, CleanupListener {

	private final InstantSource clock;

	private final Instant since;

	private final Map<Kind, LongAdder> counts = new ConcurrentHashMap<>();

	private volatile @Nullable Cleanup lastCleanup;

	ActivityRecorder(InstantSource clock) {
		this.clock = clock;
		this.since = clock.instant();
	}

	@Override
	public void onLoginEvent(LoginEvent event) {
		this.counts.computeIfAbsent(new Kind(event.path(), event.outcome()), (kind) -> new LongAdder()).increment();
	}

	@Override
	public void onCleanup(CleanupEvent event) {
		// A run that failed does not know what is left
		boolean complete = event.failure() == null;
		this.lastCleanup = new Cleanup(this.clock.instant(), event.removed(), event.duration().toMillis(),
				event.failure(), complete ? event.pending() : null,
				complete ? event.oldestExpired().toSeconds() : null);
	}

	/**
	 * Returns when recording started.
	 */
	Instant since() {
		return this.since;
	}

	/**
	 * Returns the counts so far. Totals are the sums over the paths, so that both agree
	 * although logins go on.
	 */
	Logins logins() {
		Map<String, Long> byOutcome = new LinkedHashMap<>();
		Map<String, Map<String, Long>> byPath = new LinkedHashMap<>();
		for (LoginPath path : LoginPath.values()) {
			Map<String, Long> ofPath = new LinkedHashMap<>();
			for (LoginOutcome outcome : LoginOutcome.values()) {
				long count = count(path, outcome);
				ofPath.put(lower(outcome), count);
				byOutcome.merge(lower(outcome), count, Long::sum);
			}
			byPath.put(lower(path), ofPath);
		}
		return new Logins(byOutcome, byPath);
	}

	private long count(LoginPath path, LoginOutcome outcome) {
		LongAdder count = this.counts.get(new Kind(path, outcome));
		return (count != null) ? count.sum() : 0;
	}

	private static String lower(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Returns the last cleanup, or {@code null} if there was none.
	 */
	@Nullable Cleanup lastCleanup() {
		return this.lastCleanup;
	}

	/**
	 * What is counted.
	 */
	private record Kind(LoginPath path, LoginOutcome outcome) {
	}

	/**
	 * Counts of logins.
	 *
	 * @param byOutcome how often each outcome occurred
	 * @param byPath the same for each path
	 */
	record Logins(Map<String, Long> byOutcome, Map<String, Map<String, Long>> byPath) {
	}

	/**
	 * One removal of expired records.
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
	record Cleanup(Instant lastRun, long removed, long durationMillis, @Nullable Reason failure, @Nullable Long pending,
			@Nullable Long oldestExpiredSeconds) {
	}

}
