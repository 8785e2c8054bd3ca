package io.github.oauth2state.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.github.oauth2state.metrics.OAuth2StateMeter.Tag;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Shows how far the rollout is, and whether the store takes part.
 */
class RolloutMetrics implements MeterBinder {

	private final Rollout rollout;

	private final StoreCircuit circuit;

	RolloutMetrics(Rollout rollout, StoreCircuit circuit) {
		this.rollout = rollout;
		this.circuit = circuit;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		if (!this.rollout.hasDecider()) {
			Gauge
				.builder(OAuth2StateMeter.ROLLOUT_PERCENTAGE.getName(), this.rollout,
						(current) -> current.percentage().doubleValue())
				.register(registry);
		}
		for (StoreCircuit.State state : StoreCircuit.State.values()) {
			Gauge.builder(OAuth2StateMeter.CIRCUIT.getName(), this.circuit, (now) -> (now.state() == state) ? 1 : 0)
				.tag(Tag.STATE.asString(), TagValues.of(state))
				.register(registry);
		}
	}

}
