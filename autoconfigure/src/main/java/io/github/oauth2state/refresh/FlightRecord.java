package io.github.oauth2state.refresh;

import org.springframework.security.oauth2.core.OAuth2Error;

/**
 * What instances leave each other in the store about a refresh.
 */
sealed interface FlightRecord permits FlightRecord.Lease, FlightRecord.Failure, FlightRecord.Unreadable, FlightTokens {

	/**
	 * Somebody is calling the provider.
	 */
	record Lease() implements FlightRecord {
	}

	/**
	 * The provider gave no tokens.
	 *
	 * @param error what it answered
	 */
	record Failure(OAuth2Error error) implements FlightRecord {
	}

	/**
	 * Written by a later release, or altered.
	 */
	record Unreadable() implements FlightRecord {
	}

}
