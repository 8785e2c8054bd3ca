package io.github.oauth2state.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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

	private static final String OTHER = "other";

	/**
	 * A repository may create a registration for any id that a caller thinks of.
	 */
	private static final int MAX_REGISTRATIONS = 100;

	private final Set<String> registrations = ConcurrentHashMap.newKeySet();

	private final MeterRegistry registry;

	private final String store;

	LoginMetrics(MeterRegistry registry, String store) {
		this.registry = registry;
		this.store = store;
	}

	@Override
	public void onLoginEvent(LoginEvent event) {
		Tags tags = Tags.of(Tag.REGISTRATION.asString(), registration(event), Tag.PATH.asString(),
				TagValues.of(event.path()), Tag.OUTCOME.asString(), TagValues.of(event.outcome()), Tag.STORE.asString(),
				this.store);
		this.registry.counter(OAuth2StateMeter.LOGINS.getName(), tags).increment();
		if (event.sinceBegin() != null) {
			this.registry.timer(OAuth2StateMeter.LOGIN_DURATION.getName(), tags).record(event.sinceBegin());
		}
	}

	private String registration(LoginEvent event) {
		String id = event.registrationId();
		if (id == null) {
			return UNKNOWN;
		}
		boolean counted = this.registrations.contains(id)
				|| (this.registrations.size() < MAX_REGISTRATIONS && this.registrations.add(id));
		return counted ? id : OTHER;
	}

}
