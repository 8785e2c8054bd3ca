package io.github.oauth2state.actuate;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Actuator endpoint that shows the configuration of this instance and what it has done
 * since it started, sets the percentage of the rollout, and ends the sessions of a user.
 * Reading does not call the store, and shows no records and nothing about users.
 */
@Endpoint(id = "oauth2state", defaultAccess = Access.READ_ONLY)
class OAuth2StateEndpoint {

	private final @Nullable StateStore store;

	private final OAuth2StateSettings settings;

	private final Duration ttl;

	private final Rollout rollout;

	private final StoreCircuit circuit;

	private final ActivityRecorder activity;

	private final SessionsOperation sessions;

	OAuth2StateEndpoint(@Nullable StateStore store, OAuth2StateSettings settings, Duration ttl, Rollout rollout,
			StoreCircuit circuit, ActivityRecorder activity, SessionsOperation sessions) {
		this.store = store;
		this.settings = settings;
		this.ttl = ttl;
		this.rollout = rollout;
		this.circuit = circuit;
		this.activity = activity;
		this.sessions = sessions;
	}

	@ReadOperation
	Description describe() {
		Store description = (this.store != null) ? new Store(this.store.name(), this.store.toString())
				: new Store("cookie", "cookies of the browsers");
		return new Description(description, this.settings.namespace(), this.ttl, this.settings.timeout(),
				describeRollout(), this.activity.lastCleanup(), this.activity.since(), this.activity.logins(),
				this.activity.logouts(), this.activity.codes());
	}

	private RolloutDescription describeRollout() {
		boolean decider = this.rollout.hasDecider();
		return new RolloutDescription(decider ? null : this.rollout.percentage().toPlainString(),
				this.rollout.configuredPercentage().toPlainString(),
				this.rollout.percentageSetAtRuntime().map(BigDecimal::toPlainString).orElse(null), decider,
				this.circuit.state().toString(), this.settings.onStoreFailure().name().toLowerCase(Locale.ROOT));
	}

	/**
	 * Sets the percentage of the rollout for all instances, which follow within five
	 * seconds.
	 * @param percentage from 0 to 100, with up to six decimals; optional only so that a
	 * request without it is told the range
	 * @return the rollout after the change; status 400 and the reason if the percentage
	 * cannot be set, or status 503 if the store failed
	 */
	@WriteOperation
	WebEndpointResponse<OperationResponseBody> setPercentage(@Nullable String percentage) {
		if (percentage == null || !Rollout.isPercentage(percentage)) {
			return refused("The percentage must be a number from 0 to 100, with up to six decimals");
		}
		return change(percentage);
	}

	/**
	 * Clears the percentage for all instances: each follows its configuration again.
	 * @return as for setting it
	 */
	@DeleteOperation
	WebEndpointResponse<OperationResponseBody> clearPercentage() {
		return change(null);
	}

	private WebEndpointResponse<OperationResponseBody> change(@Nullable String percentage) {
		if (!this.rollout.canSetPercentage()) {
			return refused(
					"The percentage cannot be set at run time: set oauth2-state.rollout.at-runtime=true on every "
							+ "instance, and use a store other than cookie");
		}
		try {
			this.rollout.setPercentage(percentage);
		}
		catch (StateStoreException ex) {
			return new WebEndpointResponse<>(new Refusal((ex.getReason() == Reason.REJECTED)
					? "The store refused it, so the percentage is not set. Is something else in the place of its record? "
							+ "See docs/troubleshooting.md"
					: "The store did not answer, so the percentage may be set or not"),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
		return new WebEndpointResponse<>(describeRollout());
	}

	/**
	 * Ends all sessions of a user, on all instances. The user is in the body of the
	 * request, as addresses are written to access logs.
	 * @param part {@code sessions}, as no other part of the endpoint can be written to
	 * @param registrationId the client registration; optional only so that a request
	 * without it is told what to send
	 * @param subject the user, as the {@code sub} claim of an ID token names them;
	 * optional likewise
	 * @param operator who is signed in to the endpoint
	 * @return what happened; status 400 and the reason if nothing can be ended, or status
	 * 503 if the store failed
	 */
	@WriteOperation
	WebEndpointResponse<OperationResponseBody> endSessions(@Selector String part, @Nullable String registrationId,
			@Nullable String subject, SecurityContext operator) {
		return part.equals("sessions") ? this.sessions.end(registrationId, subject, operator.getPrincipal())
				: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

	private static WebEndpointResponse<OperationResponseBody> refused(String reason) {
		return new WebEndpointResponse<>(new Refusal(reason), WebEndpointResponse.STATUS_BAD_REQUEST);
	}

	/**
	 * The answer to a read.
	 *
	 * @param store where pending logins are kept
	 * @param namespace what keeps this app's records apart from others'
	 * @param ttl how long a user may take at the provider
	 * @param timeout how long a call of the store may take
	 * @param rollout the state of the rollout and of the circuit
	 * @param cleanup the last removal of expired records by this instance, if there was
	 * one
	 * @param since when counting began, which is the start of this instance
	 * @param logins how logins ended since then
	 * @param logouts what came of requests to end sessions since then, or {@code null} if
	 * there were none
	 * @param codes what happened to codes of an authorization server since then, or
	 * {@code null} if nothing did
	 */
	record Description(Store store, String namespace, Duration ttl, Duration timeout, RolloutDescription rollout,
			ActivityRecorder.@Nullable Cleanup cleanup, Instant since, ActivityRecorder.Logins logins,
			ActivityRecorder.@Nullable Logouts logouts,
			ActivityRecorder.@Nullable Codes codes) implements OperationResponseBody {
	}

	/**
	 * Where pending logins are kept.
	 *
	 * @param type the kind of store
	 * @param description how the store describes itself, as at startup
	 */
	record Store(String type, String description) {
	}

	/**
	 * The state of the rollout.
	 *
	 * @param percentage the percentage in force, or {@code null} if a decider decides
	 * @param configured the percentage that this instance is configured with
	 * @param setAtRuntime the percentage that was set for all instances, or {@code null}
	 * if none was
	 * @param decider whether a decider decides
	 * @param circuit the state of the circuit: closed, open or half_open
	 * @param onStoreFailure where logins begin while the circuit is open
	 */
	record RolloutDescription(@Nullable String percentage, String configured, @Nullable String setAtRuntime,
			boolean decider, String circuit, String onStoreFailure) implements OperationResponseBody {
	}

	/**
	 * Why nothing was changed.
	 *
	 * @param reason the reason
	 */
	record Refusal(String reason) implements OperationResponseBody {
	}

}
