package io.github.oauth2state.metrics;

import io.micrometer.core.instrument.MeterRegistry;

import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.metrics.OAuth2StateMeter.Tag;

/**
 * Measures how requests came by new tokens.
 */
class RefreshMetrics implements TokenRefreshListener {

	private final MeterRegistry registry;

	RefreshMetrics(MeterRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void onTokenRefresh(TokenRefreshEvent event) {
		this.registry
			.timer(OAuth2StateMeter.REFRESH.getName(), Tag.STRATEGY.asString(), event.strategy(),
					Tag.OUTCOME.asString(), TagValues.of(event.outcome()))
			.record(event.duration());
	}

}
