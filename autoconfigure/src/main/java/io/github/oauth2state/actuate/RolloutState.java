package io.github.oauth2state.actuate;

import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.rollout.ClusterPercentage;
import io.github.oauth2state.rollout.Percentage;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.store.StoreCircuit;

/**
 * How far the rollout is, and how to change that.
 */
final class RolloutState {

	private final Rollout rollout;

	private final StoreCircuit circuit;

	private final OnStoreFailure onStoreFailure;

	RolloutState(Rollout rollout, StoreCircuit circuit, OnStoreFailure onStoreFailure) {
		this.rollout = rollout;
		this.circuit = circuit;
		this.onStoreFailure = onStoreFailure;
	}

	Description describe() {
		boolean decider = this.rollout.hasDecider();
		return new Description(decider ? null : this.rollout.percentage().current().toString(),
				this.rollout.percentage().configured().toString(),
				cluster().flatMap(ClusterPercentage::set).map(Percentage::toString).orElse(null), decider,
				this.circuit.state().toString(), this.onStoreFailure.name().toLowerCase(Locale.ROOT));
	}

	/**
	 * Sets the percentage for all instances.
	 * @param percentage the percentage, or {@code null} to clear what was set
	 * @return the state then; status 400 says why it cannot be set, and status 503 that
	 * the store did not answer
	 */
	WebEndpointResponse<OperationResponseBody> set(@Nullable String percentage) {
		Percentage checked = (percentage != null) ? Percentage.parse(percentage).orElse(null) : null;
		if (percentage != null && checked == null) {
			return refused("The percentage must be a number from 0 to 100, with up to six decimals");
		}
		ClusterPercentage cluster = cluster().orElse(null);
		if (cluster == null) {
			return refused(
					"The percentage cannot be set at run time: set oauth2-state.rollout.at-runtime=true on every "
							+ "instance, and use a store other than cookie");
		}
		try {
			cluster.set(checked);
		}
		catch (StateStoreException ex) {
			return new WebEndpointResponse<>(new Refusal((ex.getReason() == Reason.REJECTED)
					? "The store refused it, so the percentage is not set. Is something else in the place of its record? "
							+ "See docs/operations.md"
					: "The store did not answer, so the percentage may be set or not"),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
		return new WebEndpointResponse<>(describe());
	}

	private static WebEndpointResponse<OperationResponseBody> refused(String reason) {
		return new WebEndpointResponse<>(new Refusal(reason), WebEndpointResponse.STATUS_BAD_REQUEST);
	}

	private Optional<ClusterPercentage> cluster() {
		return (this.rollout.percentage() instanceof ClusterPercentage cluster) ? Optional.of(cluster)
				: Optional.empty();
	}

	/**
	 * How far the rollout is.
	 *
	 * @param percentage the percentage in force, or {@code null} if a decider decides
	 * @param configured what this instance is configured with
	 * @param setAtRuntime what was set for all instances, or {@code null} if nothing was
	 * @param decider whether a decider decides
	 * @param circuit whether the store is asked: closed, open or half_open
	 * @param onStoreFailure where logins begin while the store is not asked
	 */
	record Description(@Nullable String percentage, String configured, @Nullable String setAtRuntime, boolean decider,
			String circuit, String onStoreFailure) implements OperationResponseBody {
	}

	/**
	 * Why the percentage was not set.
	 *
	 * @param reason the reason
	 */
	record Refusal(String reason) implements OperationResponseBody {
	}

}
