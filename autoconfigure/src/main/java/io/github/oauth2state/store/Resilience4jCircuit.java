package io.github.oauth2state.store;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.StateStoreAutoConfiguration.CircuitBreakerProperties;

/**
 * A circuit that Resilience4j implements.
 */
final class Resilience4jCircuit implements StoreCircuit {

	private static final Log logger = LogFactory.getLog(Resilience4jCircuit.class);

	private static final Set<Reason> OUTAGES = EnumSet.of(Reason.CONNECTION, Reason.TIMEOUT, Reason.AMBIGUOUS);

	private final CircuitBreaker circuit;

	Resilience4jCircuit(CircuitBreakerProperties properties) {
		this.circuit = CircuitBreaker.of("oauth2-state",
				CircuitBreakerConfig.custom()
					.slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
					// Event loops record calls too, and must not wait for each other
					.slidingWindowSynchronizationStrategy(SlidingWindowSynchronizationStrategy.LOCK_FREE)
					.slidingWindowSize(properties.checkedSlidingWindowSize())
					.minimumNumberOfCalls(properties.checkedMinimumNumberOfCalls())
					.failureRateThreshold(properties.checkedFailureRateThreshold())
					.waitDurationInOpenState(properties.checkedWaitDuration())
					.permittedNumberOfCallsInHalfOpenState(1)
					.maxWaitDurationInHalfOpenState(properties.checkedWaitDuration().multipliedBy(2))
					.recordException(Resilience4jCircuit::isOutage)
					.ignoreException((failure) -> !isOutage(failure))
					.build());
		this.circuit.getEventPublisher()
			.onStateTransition((event) -> logger.warn("The circuit to the store is " + state() + ", it was "
					+ event.getStateTransition().getFromState()));
	}

	private static boolean isOutage(Throwable failure) {
		return failure instanceof StateStoreException known && OUTAGES.contains(known.getReason());
	}

	@Override
	public boolean tryAcquire() {
		return this.circuit.tryAcquirePermission();
	}

	@Override
	public void release() {
		this.circuit.releasePermission();
	}

	@Override
	public void succeeded(long nanos) {
		this.circuit.onSuccess(nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void failed(long nanos, StateStoreException failure) {
		this.circuit.onError(nanos, TimeUnit.NANOSECONDS, failure);
	}

	@Override
	public State state() {
		return switch (this.circuit.getState()) {
			case OPEN, FORCED_OPEN -> State.OPEN;
			case HALF_OPEN -> State.HALF_OPEN;
			case CLOSED, DISABLED, METRICS_ONLY -> State.CLOSED;
		};
	}

}
