package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Counts what came of many trials in each of which many requests used the same code.
 */
final class Tally {

	private final Map<Integer, Integer> trialsBySuccesses = new TreeMap<>();

	private final Map<String, Integer> answers = new TreeMap<>();

	private final long begin = System.nanoTime();

	/**
	 * Adds a trial.
	 * @param burst the answers to its requests
	 */
	synchronized void add(List<HttpResponse<String>> burst) {
		this.trialsBySuccesses.merge((int) burst.stream().filter(OneUse::isSuccess).count(), 1, Integer::sum);
		burst.forEach((answer) -> this.answers.merge(answer.statusCode() + (OneUse.isSuccess(answer) ? " success" : ""),
				1, Integer::sum));
	}

	/**
	 * Adds what was not answered.
	 */
	synchronized void addUnanswered(int requests) {
		this.answers.merge("no answer", requests, Integer::sum);
	}

	/**
	 * Returns how many trials had a number of successes.
	 */
	synchronized int trialsWith(int successes) {
		return this.trialsBySuccesses.getOrDefault(successes, 0);
	}

	/**
	 * Returns how many trials had at least two successes.
	 */
	synchronized int trialsWithTwoOrMore() {
		return this.trialsBySuccesses.entrySet()
			.stream()
			.filter((entry) -> entry.getKey() >= 2)
			.mapToInt(Map.Entry::getValue)
			.sum();
	}

	@Override
	public synchronized String toString() {
		return "trials by successes " + this.trialsBySuccesses + ", answers " + this.answers + ", "
				+ TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - this.begin) + " s";
	}

}
