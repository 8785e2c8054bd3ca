package io.github.oauth2state.benchmarks.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.github.oauth2state.StateKey;

/**
 * What calls did in a short time.
 *
 * @param put the median of the time to store a record, in nanoseconds
 * @param take the median of the time to take a record, in nanoseconds
 * @param calls how many calls completed in a second
 * @param putBytes how many bytes the calling thread allocated to store a record
 * @param takeBytes how many bytes the calling thread allocated to take a record
 */
record Slice(double put, double take, double calls, double putBytes, double takeBytes) {

	/**
	 * Stores and takes records, one after the other on each thread.
	 * @param calls the calls to measure
	 * @param threads how many threads
	 * @param nanos how long
	 * @return what the calls did
	 */
	static Slice run(Calls calls, int threads, long nanos) {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			long started = System.nanoTime();
			List<Future<CallTimes>> running = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				running.add(executor.submit(() -> putAndTake(calls, started + nanos)));
			}
			List<CallTimes> done = new ArrayList<>();
			for (Future<CallTimes> thread : running) {
				done.add(thread.get());
			}
			long took = System.nanoTime() - started;
			CallTimes all = new CallTimes();
			done.forEach(all::addAll);
			return new Slice(all.puts().quantile(0.5), all.takes().quantile(0.5),
					(all.puts().count() + all.takes().count()) * 1e9 / took, all.bytesOfPut(), all.bytesOfTake());
		}
		catch (ExecutionException | InterruptedException ex) {
			throw new IllegalStateException("Calls failed", ex);
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static CallTimes putAndTake(Calls calls, long end) {
		CallTimes times = new CallTimes();
		do {
			StateKey key = Records.key();
			times.put(calls, key, Records.value());
			times.take(calls, key);
		}
		while (System.nanoTime() - end < 0);
		return times;
	}

}
