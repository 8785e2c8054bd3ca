package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.record.Keyring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances of an app that share a store and a clock, for tests.
 */
abstract class AbstractClusterPercentageTests {

	static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

	static final StateKey KEY = StateKey.of("shop", "rollout", "percentage");

	final Store store = new Store();

	Instant now = NOW;

	final ClusterPercentage a = instance("10");

	final ClusterPercentage b = instance("20");

	@AfterEach
	void stop() {
		this.a.stop();
		this.b.stop();
	}

	void plant(String text) {
		this.store.values.put(KEY, text.getBytes(StandardCharsets.US_ASCII));
	}

	void look() {
		look(this.a);
		look(this.b);
	}

	static void look(ClusterPercentage instance) {
		instance.start();
		instance.stop();
	}

	ClusterPercentage started(String configured) {
		ClusterPercentage started = instance(configured);
		look(started);
		return started;
	}

	void assertCurrent(String ofA, String ofB) {
		assertThat(this.a.current()).hasToString(ofA);
		assertThat(this.b.current()).hasToString(ofB);
	}

	ClusterPercentage instance(String configured) {
		return instance(configured, () -> this.now);
	}

	ClusterPercentage instance(String configured, InstantSource clock) {
		return instance(configured, clock, List.of(), true);
	}

	ClusterPercentage instance(String configured, InstantSource clock, List<Keyring> keys, boolean verify) {
		return new ClusterPercentage(percentage(configured),
				new PercentageRepository(this.store, "shop", new PercentageSigner("shop", keys, verify), clock));
	}

	ClusterPercentage withKeys(String... properties) {
		return instance("20", () -> this.now, keys(properties), true);
	}

	static List<Keyring> keys(String... properties) {
		return Stream.of(properties).map((keys) -> Keyring.of("keys", keys)).toList();
	}

	static String key(String id) {
		byte[] bytes = new byte[32];
		new Random(id.hashCode()).nextBytes(bytes);
		return id + ":" + Base64.getEncoder().encodeToString(bytes);
	}

	static Percentage percentage(String text) {
		return new Percentage(new BigDecimal(text));
	}

	static final class Store implements StateStore {

		final Map<StateKey, byte[]> values = new ConcurrentHashMap<>();

		int unboundedReads;

		boolean failing;

		boolean tooLarge;

		@Override
		public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
			check();
			Optional<byte[]> there = Optional.ofNullable(this.values.putIfAbsent(key, value));
			there.ifPresent((read) -> this.unboundedReads++);
			return there;
		}

		@Override
		public Optional<byte[]> find(StateKey key) {
			check();
			if (this.tooLarge) {
				throw new StateStoreException(Reason.REJECTED, "too large", null);
			}
			return Optional.ofNullable(this.values.get(key));
		}

		@Override
		public Optional<byte[]> take(StateKey key) {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
			check();
			byte[] there = this.values.get(key);
			return Arrays.equals(there, expected) && this.values.replace(key, there, value);
		}

		@Override
		public boolean remove(StateKey key, byte[] expected) {
			throw new UnsupportedOperationException();
		}

		private void check() {
			if (this.failing) {
				throw new StateStoreException(Reason.CONNECTION, "gone", null);
			}
		}

		String text() {
			return new String(this.values.get(KEY), StandardCharsets.US_ASCII);
		}

	}

}
