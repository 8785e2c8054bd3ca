package io.github.oauth2state.store.hazelcast;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.scenario.JavaProcess;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A member that is killed while records are put and taken.
 */
@Tag("full")
class HazelcastKilledTests {

	private static final int THREADS = 8;

	private final AtomicInteger done = new AtomicInteger();

	private final AtomicInteger failed = new AtomicInteger();

	private final AtomicInteger lost = new AtomicInteger();

	private final AtomicInteger takenTwice = new AtomicInteger();

	@Test
	void nothingThatWasAcknowledgedIsLostAndNothingIsTakenTwice() throws Exception {
		ExecutorService executor = Executors.newCachedThreadPool();
		try (HazelcastMembers cluster = new HazelcastMembers(3, 2, HazelcastMembers.documented())) {
			StateStore a = cluster.store(0);
			StateStore b = cluster.store(1);
			for (int trial = 0; trial < Scale.of(3); trial++) {
				JavaProcess victim = cluster.startProcess(2);
				cluster.awaitSize(3);
				List<String> kept = HazelcastProcess.put(a, "kept-" + trial + "-", 300);
				AtomicBoolean stopping = new AtomicBoolean();
				List<Future<?>> workers = IntStream.range(0, THREADS).<Future<?>>mapToObj((i) -> executor.submit(() -> {
					while (!stopping.get()) {
						putAndTake((i % 2 == 0) ? a : b, List.of(a, b), executor);
					}
				})).toList();
				Thread.sleep(1000);
				int before = this.done.get();
				assertThat(before).isPositive();
				victim.kill();
				cluster.awaitSize(2);
				cluster.awaitSafe();
				HazelcastMembers.await(() -> this.done.get() > before + 100);
				stopping.set(true);
				for (Future<?> worker : workers) {
					worker.get();
				}
				assertThat(kept).allMatch((name) -> HazelcastProcess.take(b, name).equals(HazelcastProcess.TAKEN));
				assertThat(kept).allMatch((name) -> HazelcastProcess.take(a, name).equals(HazelcastProcess.ABSENT));
			}
		}
		finally {
			executor.shutdownNow();
		}
		System.out.println("Members killed: " + this.done + " records put and taken, " + this.failed + " calls failed");
		assertThat(this.lost).hasValue(0);
		assertThat(this.takenTwice).hasValue(0);
	}

	/**
	 * Takes a record by two callers at once. What was put for certain has to come back,
	 * unless a call failed.
	 */
	private void putAndTake(StateStore puts, List<StateStore> takers, ExecutorService executor) {
		String name = UUID.randomUUID().toString();
		try {
			if (puts.putIfAbsent(HazelcastProcess.key(name), new byte[500], Duration.ofMinutes(10)).isPresent()) {
				this.lost.incrementAndGet();
			}
		}
		catch (StateStoreException ex) {
			this.failed.incrementAndGet();
			return;
		}
		List<String> outcomes = takers.stream()
			.map((store) -> executor.submit(() -> HazelcastProcess.take(store, name)))
			.toList()
			.stream()
			.map(HazelcastKilledTests::join)
			.toList();
		long taken = outcomes.stream().filter(HazelcastProcess.TAKEN::equals).count();
		long absent = outcomes.stream().filter(HazelcastProcess.ABSENT::equals).count();
		this.failed.addAndGet((int) (outcomes.size() - taken - absent));
		if (taken > 1) {
			this.takenTwice.incrementAndGet();
		}
		if (absent == outcomes.size()) {
			this.lost.incrementAndGet();
		}
		this.done.incrementAndGet();
	}

	private static String join(Future<String> outcome) {
		try {
			return outcome.get();
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
