package io.github.oauth2state.store.memory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.test.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link MemoryStateStore}.
 */
class MemoryStateStoreTests extends StateStoreContract {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final MemoryStateStore store = new MemoryStateStore(InstantSource.system(), 1_000_000);

	@Override
	protected StateStore store() {
		return this.store;
	}

	@Test
	void recordExpiresAtTheEndOfItsTime() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		StateStore store = new MemoryStateStore(now::get, 10);
		StateKey key = StateKey.of("app", "test");
		store.putIfAbsent(key, new byte[1], Duration.ofSeconds(10));
		now.set(Instant.EPOCH.plusMillis(9_999));
		assertThat(store.find(key)).isPresent();
		now.set(Instant.EPOCH.plusMillis(10_000));
		assertThat(store.find(key)).isEmpty();
	}

	@Test
	void expiredRecordsDoNotFillTheMemory() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		MemoryStateStore store = new MemoryStateStore(now::get, 1000);
		for (int i = 0; i < 100; i++) {
			store.putIfAbsent(StateKey.of("app", "test", "expires " + i), new byte[1], Duration.ofSeconds(1));
		}
		now.set(now.get().plus(MemoryStateStore.PURGE_INTERVAL));
		store.putIfAbsent(StateKey.of("app", "test", "lives"), new byte[1], Duration.ofSeconds(1));
		assertThat(store.size()).isOne();
	}

	@Test
	void fullStoreRefusesNewRecordsAndKeepsThoseThatItHas() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		MemoryStateStore store = new MemoryStateStore(now::get, 3);
		List<StateKey> keys = IntStream.range(0, 4).mapToObj(MemoryStateStoreTests::key).toList();
		keys.subList(0, 3).forEach((key) -> store.putIfAbsent(key, new byte[1], SECOND));
		assertThatExceptionOfType(StateStoreException.class)
			.isThrownBy(() -> store.putIfAbsent(keys.get(3), new byte[1], SECOND))
			.withMessageContaining("oauth2-state.memory.max-records is 3")
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(Reason.CONNECTION));
		assertThat(store.putIfAbsent(keys.get(0), new byte[2], SECOND)).contains(new byte[1]);
		assertThat(store.replace(keys.get(1), new byte[1], new byte[2], SECOND)).isTrue();
		assertThat(store.take(keys.get(2))).isPresent();
		assertThat(store.putIfAbsent(keys.get(3), new byte[1], SECOND)).isEmpty();
		assertThat(store.size()).isEqualTo(3);
	}

	@Test
	void expiredRecordsMakeRoomInAFullStore() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		MemoryStateStore store = new MemoryStateStore(now::get, 3);
		IntStream.range(0, 3).forEach((i) -> store.putIfAbsent(key(i), new byte[1], SECOND));
		now.set(now.get().plus(SECOND));
		assertThat(store.putIfAbsent(key(1), new byte[1], SECOND)).isEmpty();
		assertThat(store.putIfAbsent(key(3), new byte[1], SECOND)).isEmpty();
		assertThat(store.size()).isEqualTo(2);
	}

	@Test
	void manyCallersAtOnceDoNotPutMoreThanFit() {
		MemoryStateStore store = new MemoryStateStore(InstantSource.system(), 100);
		long refused = IntStream.range(0, 10_000).parallel().filter((i) -> {
			try {
				return store.putIfAbsent(key(i), new byte[1], Duration.ofMinutes(1)).isPresent();
			}
			catch (StateStoreException ex) {
				return true;
			}
		}).count();
		assertThat(refused).isEqualTo(9_900);
		assertThat(store.size()).isEqualTo(100);
	}

	private static StateKey key(int number) {
		return StateKey.of("app", "test", "key " + number);
	}

	@Test
	void describesItself() {
		assertThat(this.store).hasToString("memory");
	}

}
