package io.github.oauth2state.benchmarks.growth;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.benchmarks.store.CallTimes;
import io.github.oauth2state.benchmarks.store.Calls;
import io.github.oauth2state.benchmarks.store.Records;

/**
 * Visitors who log in one after the other.
 */
final class Visitors {

	private final Calls calls;

	private volatile boolean leaving;

	Visitors(Calls calls) {
		this.calls = calls;
	}

	/**
	 * Takes random ones of many records and puts each back, so that there are as many all
	 * the time. A record of a moment ago would be in the caches of the server.
	 * @param records how many records there are
	 * @param count how many to take
	 * @return how long it took
	 */
	CallTimes replace(int records, int count) {
		CallTimes times = new CallTimes();
		for (int i = 0; i < count; i++) {
			StateKey key = NumberedKeys.of(ThreadLocalRandom.current().nextInt(records) + 1);
			times.take(this.calls, key);
			times.put(this.calls, key, Records.value());
		}
		return times;
	}

	/**
	 * Stores new records and takes each at once.
	 * @param count how many
	 * @return how long it took
	 */
	CallTimes add(int count) {
		CallTimes times = new CallTimes();
		for (int i = 0; i < count; i++) {
			add(times);
		}
		return times;
	}

	/**
	 * Stores new records and takes each at once, while something else goes on.
	 * @param work what goes on
	 * @return how long it took
	 */
	CallTimes addDuring(Runnable work) {
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			this.leaving = false;
			Future<CallTimes> visits = executor.submit(this::addUntilLeaving);
			work.run();
			this.leaving = true;
			return visits.get();
		}
		catch (ExecutionException | InterruptedException ex) {
			throw new IllegalStateException("Calls failed", ex);
		}
		finally {
			this.leaving = true;
			executor.shutdown();
		}
	}

	private CallTimes addUntilLeaving() {
		CallTimes times = new CallTimes();
		while (!this.leaving) {
			add(times);
		}
		return times;
	}

	private void add(CallTimes times) {
		StateKey key = Records.key();
		times.put(this.calls, key, Records.value());
		times.take(this.calls, key);
	}

}
