package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.metrics.OAuth2StateMeter.Tag;

/**
 * A store that makes every call of another store an observation, and so a meter and a
 * span.
 */
class ObservedStateStore implements StateStore {

	private final StateStore store;

	private final ObservationRegistry registry;

	ObservedStateStore(StateStore store, ObservationRegistry registry) {
		this.store = store;
		this.registry = registry;
	}

	@Override
	public String name() {
		return this.store.name();
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		return observe("put_if_absent", () -> this.store.putIfAbsent(key, value, ttl));
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return observe("find", () -> this.store.find(key));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		return observe("take", () -> this.store.take(key));
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return observe("replace", () -> this.store.replace(key, expected, value, ttl));
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return observe("remove", () -> this.store.remove(key, expected));
	}

	private <T> T observe(String operation, Supplier<T> call) {
		Observation observation = notStarted(this.store.name(), operation, this.registry);
		return observation.observe(() -> {
			try {
				return call.get();
			}
			catch (StateStoreException ex) {
				observation.lowCardinalityKeyValue(Tag.OUTCOME.asString(), Tag.outcome(ex.getReason()));
				throw ex;
			}
		});
	}

	/**
	 * Creates the observation of a call, which is a success unless something else is
	 * said.
	 * @param store the name of the store
	 * @param operation the name of the call
	 * @param registry where observations go
	 * @return an observation to start
	 */
	static Observation notStarted(String store, String operation, ObservationRegistry registry) {
		return Observation.createNotStarted(OAuth2StateMeter.STORE_OPERATIONS.getName(), registry)
			.contextualName("oauth2-state " + operation)
			.lowCardinalityKeyValue(Tag.STORE.asString(), store)
			.lowCardinalityKeyValue(Tag.OPERATION.asString(), operation)
			.lowCardinalityKeyValue(Tag.OUTCOME.asString(), Tag.outcome(null));
	}

	@Override
	public String toString() {
		return this.store.toString();
	}

}
