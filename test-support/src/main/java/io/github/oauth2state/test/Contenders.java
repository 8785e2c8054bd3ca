package io.github.oauth2state.test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Threads that all want the same records.
 */
final class Contenders {

	static final int NUMBER = 32;

	private static final int RECORDS_PER_ROUND = 50;

	private Contenders() {
	}

	/**
	 * Lets all contenders loose on the same records, in the same order and at the same
	 * moment, round by round.
	 * @param records how many records there are
	 * @param prepare called once for each record, before anyone contends for it
	 * @param contend called by each contender for each record
	 */
	static void race(int records, IntConsumer prepare, IntConsumer contend) {
		int rounds = (records + RECORDS_PER_ROUND - 1) / RECORDS_PER_ROUND;
		AtomicInteger prepared = new AtomicInteger();
		CyclicBarrier start = new CyclicBarrier(NUMBER,
				() -> indexes(prepared.getAndIncrement(), records).forEach(prepare));
		ExecutorService executor = Executors.newFixedThreadPool(NUMBER);
		try {
			List<Future<?>> contenders = new ArrayList<>();
			for (int i = 0; i < NUMBER; i++) {
				contenders.add(executor.submit(() -> {
					for (int round = 0; round < rounds; round++) {
						await(start);
						indexes(round, records).forEach(contend);
					}
				}));
			}
			contenders.forEach(Contenders::join);
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static IntStream indexes(int round, int records) {
		return IntStream.range(round * RECORDS_PER_ROUND, Math.min(records, (round + 1) * RECORDS_PER_ROUND));
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await();
		}
		catch (InterruptedException | BrokenBarrierException ex) {
			throw new IllegalStateException("Another contender failed", ex);
		}
	}

	private static void join(Future<?> contender) {
		try {
			contender.get();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		catch (ExecutionException ex) {
			throw new AssertionError(ex.getCause());
		}
	}

}
