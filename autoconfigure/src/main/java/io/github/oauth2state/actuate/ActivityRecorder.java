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
import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Records what this instance has done since it started, for the endpoint: it counts
 * logins, logouts and codes, and keeps the last cleanup. Logins are counted by path and
 * outcome only, logouts by kind and outcome, and codes by type and outcome, as values
 * that a caller can choose would make the counts grow without limit. Thread-safe.
 */
class ActivityRecorder implements LoginListener, LogoutListener, CodeListener, CleanupListener {

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
		count(event.path(), event.outcome());
	}

	@Override
	public void onLogout(LogoutEvent event) {
		count(event.kind(), event.outcome());
	}

	@Override
	public void onCodeEvent(CodeEvent event) {
		count(event.type(), event.outcome());
	}

	private void count(Enum<?> group, Enum<?> outcome) {
		this.counts.computeIfAbsent(new Kind(group, outcome), (kind) -> new LongAdder()).increment();
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
	 * Returns the counts of logins so far.
	 */
	Logins logins() {
		Map<String, Map<String, Long>> byPath = counts(LoginPath.values(), LoginOutcome.values());
		return new Logins(totals(byPath), byPath);
	}

	/**
	 * Returns the counts of logouts so far, for the kinds that there were any of; or
	 * {@code null} if there were none.
	 */
	@Nullable Logouts logouts() {
		Map<String, Map<String, Long>> byKind = countsAboveZero(LogoutKind.values(), LogoutOutcome.values());
		return byKind.isEmpty() ? null : new Logouts(totals(byKind), byKind);
	}

	/**
	 * Returns the counts of codes so far, for the types that there were any of; or
	 * {@code null} if there were none, as in an app that is no authorization server.
	 */
	@Nullable Codes codes() {
		Map<String, Map<String, Long>> byType = countsAboveZero(CodeType.values(), CodeOutcome.values());
		return byType.isEmpty() ? null : new Codes(totals(byType), byType);
	}

	private Map<String, Map<String, Long>> countsAboveZero(Enum<?>[] groups, Enum<?>[] outcomes) {
		Map<String, Map<String, Long>> counts = counts(groups, outcomes);
		counts.values().removeIf((ofGroup) -> ofGroup.values().stream().allMatch((count) -> count == 0));
		return counts;
	}

	private Map<String, Map<String, Long>> counts(Enum<?>[] groups, Enum<?>[] outcomes) {
		Map<String, Map<String, Long>> counts = new LinkedHashMap<>();
		for (Enum<?> group : groups) {
			Map<String, Long> ofGroup = new LinkedHashMap<>();
			for (Enum<?> outcome : outcomes) {
				LongAdder count = this.counts.get(new Kind(group, outcome));
				ofGroup.put(lower(outcome), (count != null) ? count.sum() : 0);
			}
			counts.put(lower(group), ofGroup);
		}
		return counts;
	}

	/**
	 * Sums up counts that were read before, so that both agree although counting goes on.
	 */
	private static Map<String, Long> totals(Map<String, Map<String, Long>> counts) {
		Map<String, Long> totals = new LinkedHashMap<>();
		counts.values()
			.forEach((ofGroup) -> ofGroup.forEach((outcome, count) -> totals.merge(outcome, count, Long::sum)));
		return totals;
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
	 *
	 * @param group the path of logins, the kind of logouts, or the type of codes
	 * @param outcome what happened
	 */
	private record Kind(Enum<?> group, Enum<?> outcome) {
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
	 * Counts of logouts.
	 *
	 * @param byOutcome how often each outcome occurred
	 * @param byKind the same for each kind that there were logouts of
	 */
	record Logouts(Map<String, Long> byOutcome, Map<String, Map<String, Long>> byKind) {
	}

	/**
	 * Counts of codes.
	 *
	 * @param byOutcome how often each outcome occurred
	 * @param byType the same for each type that there were codes of
	 */
	record Codes(Map<String, Long> byOutcome, Map<String, Map<String, Long>> byType) {
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
