package io.github.oauth2state.actuate;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;

/**
 * Counts what happens to logins, by path and outcome only: whatever a caller can choose
 * would make the counts grow without end. Thread-safe.
 */
final class LoginCounts implements LoginListener {

	private final Instant since;

	private final Map<Kind, LongAdder> counts = new ConcurrentHashMap<>();

	LoginCounts(InstantSource clock) {
		this.since = clock.instant();
	}

	@Override
	public void onLoginEvent(LoginEvent event) {
		this.counts.computeIfAbsent(new Kind(event.path(), event.outcome()), (kind) -> new LongAdder()).increment();
	}

	Instant since() {
		return this.since;
	}

	/**
	 * Returns the counts so far. Totals are those of the paths added up, so that the two
	 * agree while logins go on.
	 */
	Logins get() {
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
	 * What happened to logins.
	 *
	 * @param byOutcome how often, by outcome
	 * @param byPath the same for each path
	 */
	record Logins(Map<String, Long> byOutcome, Map<String, Map<String, Long>> byPath) {
	}

	/**
	 * What is counted.
	 */
	private record Kind(LoginPath path, LoginOutcome outcome) {
	}

}
