package io.github.oauth2state.metrics;

import java.util.Locale;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateStoreException.Reason;

/**
 * All meters of the library. Their tags have values from fixed sets and configured
 * registration ids only, so that no caller can add to the number of time series.
 */
enum OAuth2StateMeter implements MeterDocumentation {

	/**
	 * Calls of the store, made as observations.
	 */
	STORE_OPERATIONS("oauth2.state.store.operations", Meter.Type.TIMER, "Calls of the store", Tag.STORE, Tag.OPERATION,
			Tag.OUTCOME, Tag.ERROR),

	/**
	 * What happened to logins.
	 */
	LOGINS("oauth2.state.logins", Meter.Type.COUNTER, "What happened to logins", Tag.REGISTRATION, Tag.PATH,
			Tag.OUTCOME, Tag.STORE),

	/**
	 * From the start of a login to its callback: the time at the provider.
	 */
	LOGIN_DURATION("oauth2.state.login.duration", Meter.Type.TIMER, "Time from the begin of a login to its callback",
			Tag.REGISTRATION, Tag.PATH, Tag.OUTCOME, Tag.STORE),

	/**
	 * What happened to the codes of an authorization server.
	 */
	CODES("oauth2.state.codes", Meter.Type.COUNTER, "What happened to the codes of an authorization server", Tag.TYPE,
			Tag.OUTCOME, Tag.STORE),

	/**
	 * What came of requests to end sessions.
	 */
	LOGOUTS("oauth2.state.logouts", Meter.Type.COUNTER, "What came of requests to end sessions", Tag.KIND, Tag.OUTCOME),

	/**
	 * Sessions that ended because the provider or an operator wanted it.
	 */
	LOGOUT_SESSIONS("oauth2.state.logouts.sessions", Meter.Type.COUNTER,
			"Sessions that ended because the provider or an operator wanted it", Tag.KIND),

	/**
	 * Runs of the removal of expired records.
	 */
	CLEANUP("oauth2.state.cleanup", Meter.Type.TIMER, "Runs of the removal of expired records", Tag.OUTCOME),

	/**
	 * Expired records that were removed.
	 */
	CLEANUP_REMOVED("oauth2.state.cleanup.removed", Meter.Type.COUNTER, "Expired records that were removed"),

	/**
	 * For how long the oldest record had been expired at the end of the last run.
	 */
	CLEANUP_OLDEST_EXPIRED("oauth2.state.cleanup.oldest.expired", Meter.Type.GAUGE,
			"For how long the oldest record had been expired at the end of the last run"),

	/**
	 * Records that had not expired at the end of the last run, tokens included where they
	 * are kept in the same table.
	 */
	PENDING("oauth2.state.pending", Meter.Type.GAUGE, "Records that had not expired at the end of the last run"),

	/**
	 * How long requests waited for new tokens, and where those came from.
	 */
	REFRESH("oauth2.state.refresh", Meter.Type.TIMER,
			"How long requests waited for new tokens, and where those came from", Tag.STRATEGY, Tag.OUTCOME),

	/**
	 * Which percentage of browsers begins logins on the path that is being rolled out.
	 */
	ROLLOUT_PERCENTAGE("oauth2.state.rollout.percentage", Meter.Type.GAUGE,
			"Percentage of browsers that begin logins on the path that is being rolled out"),

	/**
	 * Whether logins that begin ask the store.
	 */
	CIRCUIT("oauth2.state.circuit", Meter.Type.GAUGE,
			"1 for the state that the circuit to the store is in, 0 for the others", Tag.STATE);

	private final String name;

	private final Meter.Type type;

	private final String description;

	@SuppressWarnings("ImmutableEnumChecker") // nobody else has the array
	private final KeyName[] tags;

	OAuth2StateMeter(String name, Meter.Type type, String description, KeyName... tags) {
		this.name = name;
		this.type = type;
		this.description = description;
		this.tags = tags;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public Meter.Type getType() {
		return this.type;
	}

	String getDescription() {
		return this.description;
	}

	@Override
	public KeyName[] getKeyNames() {
		return this.tags.clone();
	}

	/**
	 * The tags of the meters.
	 */
	enum Tag implements KeyName {

		/**
		 * What kind of store it is: {@code redis}, {@code jdbc}, {@code memory}, or what
		 * a store of the app calls itself.
		 */
		STORE,

		/**
		 * Which call of the store it is.
		 */
		OPERATION,

		/**
		 * How it ended.
		 */
		OUTCOME,

		/**
		 * The class of the exception, as observations have it, or {@code none}.
		 */
		ERROR,

		/**
		 * The client registration, or {@code unknown}.
		 */
		REGISTRATION,

		/**
		 * Where the pending login was kept.
		 */
		PATH,

		/**
		 * What kind of code it is.
		 */
		TYPE,

		/**
		 * Why sessions end.
		 */
		KIND,

		/**
		 * The strategy that refreshes tokens: {@code single_flight}, {@code early}, or
		 * what a strategy of the app calls itself.
		 */
		STRATEGY,

		/**
		 * The state of the circuit that the series is about.
		 */
		STATE;

		@Override
		public String asString() {
			return value(this);
		}

		/**
		 * Writes a constant as the value of a tag.
		 */
		static String value(Enum<?> constant) {
			return constant.name().toLowerCase(Locale.ROOT);
		}

		/**
		 * Returns the value of {@link #OUTCOME} for a call of the store.
		 * @param failure why it failed, or {@code null} if it did not
		 */
		static String outcome(@Nullable Reason failure) {
			return (failure != null) ? value(failure) : "success";
		}

	}

}
