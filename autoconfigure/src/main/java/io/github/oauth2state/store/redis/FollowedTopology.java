package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;

/**
 * Lets Lettuce notice by itself when another node of a cluster takes over. What the app
 * has set stays; what Spring Boot and Lettuce leave off is on.
 */
final class FollowedTopology extends ClusterTopologyRefreshOptions {

	private static final Duration PERIOD = Duration.ofSeconds(30);

	private static final Duration PAUSE = Duration.ofSeconds(5);

	private final ClusterTopologyRefreshOptions app;

	FollowedTopology(ClusterTopologyRefreshOptions app) {
		super(app);
		this.app = app;
	}

	@Override
	public Set<RefreshTrigger> getAdaptiveRefreshTriggers() {
		Set<RefreshTrigger> triggers = this.app.getAdaptiveRefreshTriggers();
		return triggers.isEmpty() ? EnumSet.allOf(RefreshTrigger.class) : triggers;
	}

	/**
	 * Returns how long triggers are ignored after one. It is no more than Lettuce 7's
	 * default: what is asked while the old master is not yet given up tells nothing new.
	 */
	@Override
	public Duration getAdaptiveRefreshTimeout() {
		Duration pause = this.app.getAdaptiveRefreshTimeout();
		return pause.equals(DEFAULT_ADAPTIVE_REFRESH_TIMEOUT_DURATION) ? PAUSE : pause;
	}

	@Override
	public boolean isPeriodicRefreshEnabled() {
		return true;
	}

	@Override
	public Duration getRefreshPeriod() {
		return this.app.isPeriodicRefreshEnabled() ? this.app.getRefreshPeriod() : PERIOD;
	}

}
