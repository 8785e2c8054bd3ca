package io.github.oauth2state.metrics;

import java.time.Duration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ObservedReactiveStateStore}.
 */
class ObservedReactiveStateStoreTests {

	private static final StateKey KEY = StateKey.of("app", "test", "key");

	private static final byte[] VALUE = { 1 };

	private static final Duration TTL = Duration.ofMinutes(1);

	private final ReactiveStateStore store = mock();

	private final MeterRegistry meters = new SimpleMeterRegistry();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final ReactiveStateStore observed = new ObservedReactiveStateStore(this.store, this.registry);

	private Observation.ContextView parent = new Observation.Context();

	@BeforeEach
	void record() {
		this.registry.observationConfig()
			.observationHandler(new DefaultMeterObservationHandler(this.meters))
			.observationHandler(new ObservationHandler<>() {

				@Override
				public void onStop(Observation.Context context) {
					if (context.getParentObservation() != null) {
						ObservedReactiveStateStoreTests.this.parent = context.getParentObservation().getContextView();
					}
				}

				@Override
				public boolean supportsContext(Observation.Context context) {
					return true;
				}

			});
		given(this.store.name()).willReturn("redis");
	}

	@Test
	void everyCallIsObservedAndPassedOn() {
		given(this.store.putIfAbsent(KEY, VALUE, TTL)).willReturn(Mono.just(VALUE));
		given(this.store.find(KEY)).willReturn(Mono.just(VALUE));
		given(this.store.take(KEY)).willReturn(Mono.empty());
		given(this.store.replace(KEY, VALUE, VALUE, TTL)).willReturn(Mono.just(true));
		given(this.store.remove(KEY, VALUE)).willReturn(Mono.just(false));
		assertThat(this.observed.putIfAbsent(KEY, VALUE, TTL).block()).isEqualTo(VALUE);
		assertThat(this.observed.find(KEY).block()).isEqualTo(VALUE);
		assertThat(this.observed.take(KEY).blockOptional()).isEmpty();
		assertThat(this.observed.replace(KEY, VALUE, VALUE, TTL).block()).isTrue();
		assertThat(this.observed.remove(KEY, VALUE).block()).isFalse();
		for (String operation : new String[] { "put_if_absent", "find", "take", "replace", "remove" }) {
			assertThat(count(operation, "success")).isOne();
		}
		assertThat(this.observed.name()).isEqualTo("redis");
	}

	@Test
	void nothingIsObservedBeforeSubscriptionAndEachSubscriptionIs() {
		given(this.store.find(KEY)).willReturn(Mono.empty());
		Mono<byte[]> call = this.observed.find(KEY);
		assertThat(this.meters.getMeters()).isEmpty();
		call.block();
		call.block();
		assertThat(count("find", "success")).isEqualTo(2);
	}

	@Test
	void failureHasItsReason() {
		given(this.store.take(KEY)).willReturn(Mono.error(new StateStoreException(Reason.TIMEOUT, "late", null)));
		StepVerifier.create(this.observed.take(KEY)).verifyError(StateStoreException.class);
		assertThat(this.meters.get("oauth2.state.store.operations")
			.tags("operation", "take", "outcome", "timeout", "error", "StateStoreException", "store", "redis")
			.timer()
			.count()).isOne();
	}

	@Test
	void storeThatThrowsAtOnceIsObserved() {
		given(this.store.take(KEY)).willThrow(new IllegalStateException());
		StepVerifier.create(this.observed.take(KEY)).verifyError(IllegalStateException.class);
		assertThat(
				this.meters.get("oauth2.state.store.operations").tags("error", "IllegalStateException").timer().count())
			.isOne();
	}

	@Test
	void cancelledCallHasAnOutcomeOfItsOwnAndEndsOnce() {
		TestPublisher<byte[]> answer = TestPublisher.create();
		given(this.store.take(KEY)).willReturn(answer.mono());
		this.observed.take(KEY).subscribe().dispose();
		answer.assertCancelled();
		assertThat(count("take", "cancelled")).isOne();
		assertThat(this.meters.get("oauth2.state.store.operations.active").longTaskTimer().activeTasks()).isZero();
	}

	@Test
	void parentIsThatOfTheSubscriberAndTheStoreFindsTheCall() {
		given(this.store.find(KEY)).willReturn(Mono.deferContextual((context) -> {
			Observation call = context.get("micrometer.observation");
			assertThat(call.getContextView().getContextualName()).isEqualTo("oauth2-state find");
			assertThat(this.registry.getCurrentObservation()).isNull();
			return Mono.just(VALUE);
		}));
		Observation request = Observation.start("request", this.registry);
		this.observed.find(KEY).contextWrite((context) -> context.put("micrometer.observation", request)).block();
		assertThat(this.parent).isSameAs(request.getContextView());
	}

	@Test
	void worksWithARegistryThatObservesNothing() {
		ReactiveStateStore unobserved = new ObservedReactiveStateStore(this.store, ObservationRegistry.NOOP);
		given(this.store.find(KEY)).willReturn(Mono.just(VALUE));
		assertThat(unobserved.find(KEY).block()).isEqualTo(VALUE);
	}

	private long count(String operation, String outcome) {
		return this.meters.get("oauth2.state.store.operations")
			.tags("operation", operation, "outcome", outcome)
			.timer()
			.count();
	}

}
