package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Threads that put records and take them back while something happens to Redis.
 */
final class StoreWorkload implements AutoCloseable {

	private static final int THREADS = 4;

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final List<StateStore> stores;

	private final AtomicInteger done = new AtomicInteger();

	private final Queue<StateStoreException> failures = new ConcurrentLinkedQueue<>();

	private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

	private volatile Duration longest = Duration.ZERO;

	private volatile boolean stopping;

	private final List<Thread> threads;

	private StoreWorkload(List<StateStore> stores) {
		this.stores = stores;
		this.threads = IntStream.range(0, THREADS).mapToObj((i) -> new Thread(() -> run(i))).toList();
		this.threads.forEach(Thread::start);
	}

	static StoreWorkload on(StateStore... stores) {
		return new StoreWorkload(List.of(stores));
	}

	private void run(int number) {
		StateStore puts = this.stores.get(number % this.stores.size());
		StateStore takes = this.stores.get((number + 1) % this.stores.size());
		while (!this.stopping) {
			try {
				putAndTake(puts, takes);
				this.done.incrementAndGet();
			}
			catch (StateStoreException ex) {
				this.failures.add(ex);
			}
			catch (RuntimeException | AssertionError ex) {
				this.errors.add(ex);
			}
		}
	}

	private void putAndTake(StateStore puts, StateStore takes) {
		StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
		byte[] value = key.toByteArray();
		timed(() -> assertThat(puts.putIfAbsent(key, value, MINUTE)).isEmpty());
		timed(() -> takes.find(key).ifPresent((found) -> assertThat(found).isEqualTo(value)));
		timed(() -> takes.take(key).ifPresent((found) -> assertThat(found).isEqualTo(value)));
	}

	private void timed(Runnable call) {
		long begun = System.nanoTime();
		try {
			call.run();
		}
		finally {
			note(Duration.ofNanos(System.nanoTime() - begun));
		}
	}

	private synchronized void note(Duration duration) {
		if (duration.compareTo(this.longest) > 0) {
			this.longest = duration;
		}
	}

	/**
	 * Returns how often a record was put, found and taken without failure.
	 */
	int done() {
		return this.done.get();
	}

	Queue<StateStoreException> failures() {
		return this.failures;
	}

	/**
	 * Returns what went wrong otherwise, such as another record's value.
	 */
	Queue<Throwable> errors() {
		return this.errors;
	}

	Duration longest() {
		return this.longest;
	}

	@Override
	public void close() {
		this.stopping = true;
		for (Thread thread : this.threads) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
