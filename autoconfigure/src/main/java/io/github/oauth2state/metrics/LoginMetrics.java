package io.github.oauth2state.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.metrics.OAuth2StateMeter.Tag;

/**
 * Counts what happens to logins.
 */
class LoginMetrics implements LoginListener {

	private static final String UNKNOWN = "unknown";

	private final MeterRegistry registry;

	private final String store;

	LoginMetrics(MeterRegistry registry, String store) {
		this.registry = registry;
		this.store = store;
	}

	@Override
	public void onLoginEvent(LoginEvent event) {
		Tags tags = Tags.of(Tag.REGISTRATION.asString(),
				(event.registrationId() != null) ? event.registrationId() : UNKNOWN, Tag.PATH.asString(),
				TagValues.of(event.path()), Tag.OUTCOME.asString(), TagValues.of(event.outcome()), Tag.STORE.asString(),
				this.store);
		this.registry.counter(OAuth2StateMeter.LOGINS.getName(), tags).increment();
		if (event.sinceBegin() != null) {
			this.registry.timer(OAuth2StateMeter.LOGIN_DURATION.getName(), tags).record(event.sinceBegin());
		}
	}

}
