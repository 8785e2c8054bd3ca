package io.github.oauth2state.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.metrics.OAuth2StateMeter.Tag;

/**
 * Meters of the events of logins, logouts, codes, token refreshes and cleanups.
 */
class EventMetrics implements LoginListener, LogoutListener, CodeListener, TokenRefreshListener, CleanupListener {

	private static final String UNKNOWN = "unknown";

	private static final String OTHER = "other";

	/**
	 * A repository may create a registration for any id that a caller makes up.
	 */
	private static final int MAX_REGISTRATIONS = 100;

	private final Set<String> registrations = ConcurrentHashMap.newKeySet();

	private final MeterRegistry registry;

	private final String store;

	private final String storeOfCodes;

	private volatile @Nullable CleanupEvent lastCleanup;

	/**
	 * Creates the meters as events need them.
	 * @param registry the registry
	 * @param store the name of the store of logins
	 * @param storeOfCodes the name of the store that tells which codes were used
	 */
	EventMetrics(MeterRegistry registry, String store, String storeOfCodes) {
		this.registry = registry;
		this.store = store;
		this.storeOfCodes = storeOfCodes;
	}

	@Override
	public void onLoginEvent(LoginEvent event) {
		Tags tags = Tags.of(Tag.REGISTRATION.asString(), registration(event), Tag.PATH.asString(),
				Tag.value(event.path()), Tag.OUTCOME.asString(), Tag.value(event.outcome()), Tag.STORE.asString(),
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

	@Override
	public void onLogout(LogoutEvent event) {
		Tags kind = Tags.of(Tag.KIND.asString(), Tag.value(event.kind()));
		this.registry
			.counter(OAuth2StateMeter.LOGOUTS.getName(), kind.and(Tag.OUTCOME.asString(), Tag.value(event.outcome())))
			.increment();
		this.registry.counter(OAuth2StateMeter.LOGOUT_SESSIONS.getName(), kind).increment(event.sessions());
	}

	/**
	 * Leaves out the client: apps register any number of them.
	 */
	@Override
	public void onCodeEvent(CodeEvent event) {
		this.registry
			.counter(OAuth2StateMeter.CODES.getName(), Tag.TYPE.asString(), Tag.value(event.type()),
					Tag.OUTCOME.asString(), Tag.value(event.outcome()), Tag.STORE.asString(), this.storeOfCodes)
			.increment();
	}

	@Override
	public void onTokenRefresh(TokenRefreshEvent event) {
		this.registry
			.timer(OAuth2StateMeter.REFRESH.getName(), Tag.STRATEGY.asString(), event.strategy(),
					Tag.OUTCOME.asString(), Tag.value(event.outcome()))
			.record(event.duration());
	}

	@Override
	public void onCleanup(CleanupEvent event) {
		this.registry.timer(OAuth2StateMeter.CLEANUP.getName(), Tag.OUTCOME.asString(), Tag.outcome(event.failure()))
			.record(event.duration());
		this.registry.counter(OAuth2StateMeter.CLEANUP_REMOVED.getName()).increment((double) event.removed());
		if (event.failure() == null) {
			updateBacklog(event);
		}
	}

	/**
	 * Registers the gauges at the first cleanup, so that stores without one have none.
	 */
	private void updateBacklog(CleanupEvent event) {
		if (this.lastCleanup == null) {
			this.lastCleanup = event;
			TimeGauge
				.builder(OAuth2StateMeter.CLEANUP_OLDEST_EXPIRED.getName(),
						() -> lastCleanup().oldestExpired().toMillis(), TimeUnit.MILLISECONDS)
				.register(this.registry);
			Gauge.builder(OAuth2StateMeter.PENDING.getName(), () -> lastCleanup().pending()).register(this.registry);
		}
		this.lastCleanup = event;
	}

	private CleanupEvent lastCleanup() {
		CleanupEvent event = this.lastCleanup;
		if (event == null) {
			throw new IllegalStateException("No cleanup yet");
		}
		return event;
	}

}
