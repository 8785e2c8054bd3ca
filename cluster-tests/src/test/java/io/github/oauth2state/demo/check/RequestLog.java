package io.github.oauth2state.demo.check;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What became of the requests of many visitors.
 */
public final class RequestLog {

	private static final int PERCENT = 100;

	private final Map<Step, Queue<Duration>> answered = new EnumMap<>(Step.class);

	private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();

	/**
	 * Creates an empty log.
	 */
	public RequestLog() {
		for (Step step : Step.values()) {
			this.answered.put(step, new ConcurrentLinkedQueue<>());
		}
	}

	void answered(Step step, Instant start) {
		this.answered.get(step).add(Duration.between(start, Instant.now()));
	}

	void failed(Step step, Instant start, String what) {
		this.failures.add(new Failure(step, start, Instant.now(), what));
	}

	/**
	 * Returns how long a request took at most, of a share of those that were answered.
	 * @param step what was requested
	 * @param percent the share
	 * @return the time
	 */
	public Duration percentile(Step step, int percent) {
		List<Duration> sorted = this.answered.get(step).stream().sorted(Comparator.naturalOrder()).toList();
		return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / PERCENT));
	}

	/**
	 * Returns the requests that no app answered.
	 * @return the failures, in the order in which they ended
	 */
	public List<Failure> failures() {
		return List.copyOf(this.failures);
	}

	/**
	 * What was requested.
	 */
	public enum Step {

		/**
		 * The begin of a login.
		 */
		BEGIN,

		/**
		 * Its callback.
		 */
		CALLBACK,

		/**
		 * Another page of the app, or one of the provider.
		 */
		PAGE

	}

	/**
	 * A request that no app answered.
	 *
	 * @param step what was requested
	 * @param start when
	 * @param end when it was given up
	 * @param what what came instead of the answer
	 */
	public record Failure(Step step, Instant start, Instant end, String what) {
	}

}
