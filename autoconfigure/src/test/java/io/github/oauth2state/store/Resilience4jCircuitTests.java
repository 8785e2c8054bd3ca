package io.github.oauth2state.store;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Resilience4jCircuit}.
 */
class Resilience4jCircuitTests {

	private final StoreCircuit circuit = new Resilience4jCircuit(
			new CircuitBreakerProperties(true, 1, 1, 50, Duration.ofMillis(100)));

	@Test
	void halfOpenCircuitHasOnePermissionWhichCanBeGivenBack() {
		assertThat(this.circuit.tryAcquire()).isTrue();
		this.circuit.failed(1, new StateStoreException(Reason.CONNECTION, "gone", null));
		assertThat(this.circuit.state()).isEqualTo(StoreCircuit.State.OPEN);
		assertThat(this.circuit.tryAcquire()).isFalse();

		Awaitility.await().until(this.circuit::tryAcquire);
		assertThat(this.circuit.state()).isEqualTo(StoreCircuit.State.HALF_OPEN);
		assertThat(this.circuit.tryAcquire()).isFalse();
		this.circuit.release();
		assertThat(this.circuit.tryAcquire()).isTrue();
		this.circuit.succeeded(1);
		assertThat(this.circuit.state()).isEqualTo(StoreCircuit.State.CLOSED);
	}

}
