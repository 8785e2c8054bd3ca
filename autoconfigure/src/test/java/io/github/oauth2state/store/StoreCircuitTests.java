package io.github.oauth2state.store;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StoreCircuit}, as it is configured.
 */
class StoreCircuitTests {

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withPropertyValues("oauth2-state.store=memory")
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class,
				MemoryStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "oauth2-state.circuit-breaker.sliding-window-size,0,1 to 1000",
			"oauth2-state.circuit-breaker.minimum-number-of-calls,11,sliding-window-size",
			"oauth2-state.circuit-breaker.failure-rate-threshold,0,1 to 100",
			"oauth2-state.circuit-breaker.wait-duration,1ms,100ms to 1h" })
	void misconfigurationStopsTheAppAndNamesThePropertyAndTheFix(String property, String value, String fix) {
		assertThat(StartupFailure.analysisOf(this.app, property + "=" + value)).contains(property, value, fix);
	}

	@Test
	void circuitOfTheAppReplacesTheLibrarys() {
		this.app.withBean("own", StoreCircuit.class, StoreCircuit::alwaysClosed)
			.run((context) -> assertThat(context).hasSingleBean(StoreCircuit.class).hasBean("own"));
	}

	@Test
	void circuitOpensOnOutagesOnly() {
		this.app.run((context) -> {
			StoreCircuit circuit = context.getBean(StoreCircuit.class);
			for (int i = 0; i < 100; i++) {
				assertThat(circuit.tryAcquire()).isTrue();
				circuit.failed(1, new StateStoreException(Reason.REJECTED, "what a caller sent", null));
			}
			assertThat(circuit.state()).isEqualTo(StoreCircuit.State.CLOSED);
			for (Reason reason : List.of(Reason.CONNECTION, Reason.TIMEOUT, Reason.AMBIGUOUS)) {
				assertThat(circuit.tryAcquire()).isTrue();
				circuit.failed(1, new StateStoreException(reason, "outage", null));
			}
			assertThat(circuit.state()).isEqualTo(StoreCircuit.State.OPEN);
			assertThat(circuit.tryAcquire()).isFalse();
		});
	}

	@Test
	void oneCallFindsOutWhetherTheStoreIsBack() {
		this.app.withPropertyValues("oauth2-state.circuit-breaker.wait-duration=100ms").run((context) -> {
			StoreCircuit circuit = context.getBean(StoreCircuit.class);
			for (int i = 0; i < 3; i++) {
				circuit.tryAcquire();
				circuit.failed(1, new StateStoreException(Reason.CONNECTION, "outage", null));
			}
			Thread.sleep(150);
			assertThat(circuit.tryAcquire()).isTrue();
			assertThat(circuit.tryAcquire()).isFalse();
			assertThat(circuit.state()).isEqualTo(StoreCircuit.State.HALF_OPEN);
			circuit.release();
			assertThat(circuit.tryAcquire()).as("the permission that was given back").isTrue();
			circuit.succeeded(1);
			assertThat(circuit.state()).isEqualTo(StoreCircuit.State.CLOSED);
		});
	}

	@Test
	void circuitIsAlwaysClosedWhereThereIsNone() {
		for (ApplicationContextRunner runner : List.of(
				this.app.withPropertyValues("oauth2-state.circuit-breaker.enabled=false"),
				this.app.withClassLoader(new FilteredClassLoader("io.github.resilience4j")))) {
			runner.run((context) -> {
				StoreCircuit circuit = context.getBean(StoreCircuit.class);
				for (int i = 0; i < 100; i++) {
					assertThat(circuit.tryAcquire()).isTrue();
					circuit.failed(1, new StateStoreException(Reason.CONNECTION, "outage", null));
				}
				assertThat(circuit.state()).isEqualTo(StoreCircuit.State.CLOSED);
			});
		}
	}

}
