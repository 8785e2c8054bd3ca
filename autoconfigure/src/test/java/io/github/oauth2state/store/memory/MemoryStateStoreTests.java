package io.github.oauth2state.store.memory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.test.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MemoryStateStore}.
 */
class MemoryStateStoreTests extends StateStoreContract {

	private final MemoryStateStore store = new MemoryStateStore(InstantSource.system());

	@Override
	protected StateStore store() {
		return this.store;
	}

	@Test
	void recordExpiresAtTheEndOfItsTime() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		StateStore store = new MemoryStateStore(now::get);
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
		MemoryStateStore store = new MemoryStateStore(now::get);
		for (int i = 0; i < 100; i++) {
			store.putIfAbsent(StateKey.of("app", "test", "expires " + i), new byte[1], Duration.ofSeconds(1));
		}
		now.set(now.get().plus(MemoryStateStore.PURGE_INTERVAL));
		store.putIfAbsent(StateKey.of("app", "test", "lives"), new byte[1], Duration.ofSeconds(1));
		assertThat(store.size()).isOne();
	}

	@Test
	void describesItself() {
		assertThat(this.store).hasToString("memory");
	}

}
