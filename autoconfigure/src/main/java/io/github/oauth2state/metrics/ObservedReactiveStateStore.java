package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.metrics.OAuth2StateMeter.Tag;

/**
 * A reactive store that makes every call of another store an observation, and so a meter
 * and a span, the same as {@link ObservedStateStore}. A call that its subscriber cancels
 * ends with an outcome of its own.
 * <p>
 * The context of the subscriber has the observation that a call belongs to, and the store
 * finds the one of the call there. A scope would be one of a thread, and a call has none
 * of its own.
 */
final class ObservedReactiveStateStore implements ReactiveStateStore {

	/**
	 * What Micrometer puts observations under. The constant is in a class that needs a
	 * library which the app may lack.
	 */
	private static final String CONTEXT_KEY = "micrometer.observation";

	private static final String CANCELLED = "cancelled";

	private final ReactiveStateStore store;

	private final ObservationRegistry registry;

	ObservedReactiveStateStore(ReactiveStateStore store, ObservationRegistry registry) {
		this.store = store;
		this.registry = registry;
	}

	@Override
	public String name() {
		return this.store.name();
	}

	@Override
	public Mono<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		return observe("put_if_absent", () -> this.store.putIfAbsent(key, value, ttl));
	}

	@Override
	public Mono<byte[]> find(StateKey key) {
		return observe("find", () -> this.store.find(key));
	}

	@Override
	public Mono<byte[]> take(StateKey key) {
		return observe("take", () -> this.store.take(key));
	}

	@Override
	public Mono<Boolean> replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return observe("replace", () -> this.store.replace(key, expected, value, ttl));
	}

	@Override
	public Mono<Boolean> remove(StateKey key, byte[] expected) {
		return observe("remove", () -> this.store.remove(key, expected));
	}

	private <T> Mono<T> observe(String operation, Supplier<Mono<T>> call) {
		return Mono.deferContextual((context) -> {
			Observation observation = ObservedStateStore.notStarted(name(), operation, this.registry);
			if (observation.isNoop()) {
				return call.get();
			}
			addParent(observation, context);
			observation.start();
			AtomicBoolean ended = new AtomicBoolean();
			return Mono.defer(call)
				.doOnError((failure) -> failed(observation, failure))
				.doOnTerminate(() -> end(observation, ended))
				.doOnCancel(() -> cancelled(observation, ended))
				.contextWrite((inner) -> inner.put(CONTEXT_KEY, observation));
		});
	}

	private static void addParent(Observation observation, ContextView context) {
		if (context.getOrDefault(CONTEXT_KEY, null) instanceof Observation parent) {
			observation.parentObservation(parent);
		}
	}

	private static void failed(Observation observation, Throwable failure) {
		if (failure instanceof StateStoreException known) {
			observation.lowCardinalityKeyValue(Tag.OUTCOME.asString(), Tag.outcome(known.getReason()));
		}
		observation.error(failure);
	}

	private static void end(Observation observation, AtomicBoolean ended) {
		if (ended.compareAndSet(false, true)) {
			observation.stop();
		}
	}

	private static void cancelled(Observation observation, AtomicBoolean ended) {
		if (ended.compareAndSet(false, true)) {
			observation.lowCardinalityKeyValue(Tag.OUTCOME.asString(), CANCELLED);
			observation.stop();
		}
	}

	@Override
	public String toString() {
		return this.store.toString();
	}

}
