package io.github.oauth2state.cluster;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.github.oauth2state.demo.check.PatientVisitor;
import io.github.oauth2state.demo.check.RequestLog;

/**
 * Many people who log in, each with a browser of their own. All of them wait for the last
 * one at the provider's form: so many logins are pending at once, however many requests
 * the machine can work on at once.
 */
final class Crowd implements AutoCloseable {

	/**
	 * How many requests there are at once. More would wait for a small machine's
	 * processors, and those of an app to its provider would time out.
	 */
	private static final int AT_ONCE = 8;

	private final RequestLog log = new RequestLog();

	private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);

	private final List<PatientVisitor> people;

	private Duration beginning = Duration.ZERO;

	private Duration completing = Duration.ZERO;

	Crowd(URI site, int size) {
		this.people = Stream.generate(() -> new PatientVisitor(site, this.log)).limit(size).toList();
	}

	/**
	 * Leads all of them to the provider's form.
	 */
	void begin() throws InterruptedException {
		Instant start = Instant.now();
		all((person) -> {
			person.begin();
			return person;
		});
		this.beginning = Duration.between(start, Instant.now());
	}

	/**
	 * Lets all of them send the form and come back.
	 * @return how their logins ended
	 */
	List<PatientVisitor.Ending> complete() throws InterruptedException {
		Instant start = Instant.now();
		List<PatientVisitor.Ending> endings = all(PatientVisitor::complete);
		this.completing = Duration.between(start, Instant.now());
		return endings;
	}

	private <T> List<T> all(Work<T> work) throws InterruptedException {
		List<Callable<T>> tasks = new ArrayList<>();
		this.people.forEach((person) -> tasks.add(() -> work.of(person)));
		List<T> results = new ArrayList<>();
		for (Future<T> result : this.threads.invokeAll(tasks)) {
			try {
				results.add(result.get());
			}
			catch (ExecutionException ex) {
				throw new IllegalStateException(ex.getCause());
			}
		}
		return results;
	}

	RequestLog log() {
		return this.log;
	}

	Duration beginning() {
		return this.beginning;
	}

	Duration completing() {
		return this.completing;
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

	@FunctionalInterface
	private interface Work<T> {

		T of(PatientVisitor person) throws Exception;

	}

}
