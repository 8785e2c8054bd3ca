package io.github.oauth2state.benchmarks.endtoend;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

import com.sun.management.OperatingSystemMXBean;

import io.github.oauth2state.benchmarks.report.Quartiles;

/**
 * What an app did in a short time.
 *
 * @param begin the median of the time to begin a login, in nanoseconds
 * @param callback the median of the time for a callback, in nanoseconds
 * @param logins how many logins completed in a second
 * @param cpu how much CPU time the process took for a login, without the visitors, in
 * nanoseconds
 */
record Slice(double begin, double callback, double logins, double cpu) {

	private static final OperatingSystemMXBean SYSTEM = ManagementFactory
		.getPlatformMXBean(OperatingSystemMXBean.class);

	/**
	 * Lets visitors log in, one after the other on each connection.
	 * @param connections a connection for each thread
	 * @param page the page that visitors ask for first, or an empty text
	 * @param nanos how long
	 * @return what the app did
	 */
	static Slice run(List<HttpConnection> connections, String page, long nanos) {
		ExecutorService threads = Executors.newFixedThreadPool(connections.size());
		try {
			long cpu = SYSTEM.getProcessCpuTime();
			long started = System.nanoTime();
			List<Future<Logins>> running = new ArrayList<>();
			for (HttpConnection connection : connections) {
				running.add(threads.submit(() -> logIn(connection, page, started + nanos)));
			}
			List<Logins> done = new ArrayList<>();
			for (Future<Logins> thread : running) {
				done.add(thread.get());
			}
			long took = System.nanoTime() - started;
			long visitors = done.stream().mapToLong(Logins::cpu).sum();
			long[] begins = done.stream().flatMapToLong((logins) -> stream(logins.begins())).toArray();
			long[] callbacks = done.stream().flatMapToLong((logins) -> stream(logins.callbacks())).toArray();
			return new Slice(Quartiles.of(begins).median(), Quartiles.of(callbacks).median(), begins.length * 1e9 / took,
					(SYSTEM.getProcessCpuTime() - cpu - visitors) / (double) begins.length);
		}
		catch (ExecutionException | InterruptedException ex) {
			throw new IllegalStateException("Logins failed", ex);
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static LongStream stream(List<Long> values) {
		return values.stream().mapToLong(Long::longValue);
	}

	private static Logins logIn(HttpConnection connection, String page, long end) {
		long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
		List<Long> begins = new ArrayList<>();
		List<Long> callbacks = new ArrayList<>();
		while (System.nanoTime() < end) {
			Visitor visitor = new Visitor(connection, Visitor.randomAddress());
			visitor.logIn(page);
			begins.add(visitor.begin());
			callbacks.add(visitor.callback());
		}
		return new Logins(begins, callbacks, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu);
	}

	private record Logins(List<Long> begins, List<Long> callbacks, long cpu) {
	}

}
