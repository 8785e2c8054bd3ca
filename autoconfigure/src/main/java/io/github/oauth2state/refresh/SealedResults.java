package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Optional;

import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.support.SafeLog;

/**
 * Seals the results of refreshes for other requests, and tells how long they are kept.
 * Makes no calls of the store. Thread-safe.
 */
final class SealedResults {

	/**
	 * Published if the refresh token is spent and the new tokens cannot be shared. Spring
	 * Security keeps a user's tokens on this error code.
	 */
	private static final RefreshRecord.Failure NOT_SHARED = new RefreshRecord.Failure(new OAuth2Error(
			OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE, "Another request has new tokens that cannot be shared", null));

	private final SafeLog log = new SafeLog(LeaseHolder.class);

	private final RefreshProperties properties;

	SealedResults(RefreshProperties properties) {
		this.properties = properties;
	}

	/**
	 * Seals tokens.
	 * @return the sealed tokens, or an error for the other requests if the tokens cannot
	 * be sealed and the refresh token is spent, or empty if the other requests can call
	 * the provider themselves
	 */
	Optional<byte[]> seal(DueTokens refresh, RefreshEntry entry, OAuth2AccessTokenResponse response) {
		try {
			return Optional.of(entry.seal(RefreshedTokens.of(refresh, response)));
		}
		catch (RuntimeException ex) {
			warn("New tokens of registration '%s' cannot be shared with other requests: %s", refresh, ex);
			return isSpent(refresh, response) ? Optional.of(entry.seal(NOT_SHARED)) : Optional.empty();
		}
	}

	private static boolean isSpent(DueTokens refresh, OAuth2AccessTokenResponse response) {
		OAuth2RefreshToken before = refresh.refreshToken();
		OAuth2RefreshToken after = response.getRefreshToken();
		return before != null && after != null && !before.getTokenValue().equals(after.getTokenValue());
	}

	/**
	 * Returns the error to publish if the token client of the app throws something else
	 * than an error of the provider.
	 */
	static OAuth2Error error(Throwable thrown) {
		return new OAuth2Error(OAuth2ErrorCodes.SERVER_ERROR, "The token client failed: " + thrown.getClass().getName(),
				null);
	}

	/**
	 * A refused refresh token will be refused again. Other errors may pass.
	 */
	Duration retention(DueTokens refresh, OAuth2Error error) {
		boolean refused = refresh.refreshToken() != null && OAuth2ErrorCodes.INVALID_GRANT.equals(error.getErrorCode());
		return refused ? this.properties.replayWindow() : this.properties.failureWindow();
	}

	void warnOfDelay(DueTokens refresh, Throwable ex) {
		warn("New tokens of registration '%s' could not be published. Trying again: %s", refresh, ex);
	}

	void warnOfDelayedEnd(Throwable ex) {
		this.log.write((logger) -> logger
			.warn("The end of a refresh could not be published. Trying again: " + ex.getClass().getName()));
	}

	/**
	 * Shows the message of the library's own exceptions only: others may contain
	 * anything.
	 */
	private void warn(String message, DueTokens refresh, Throwable ex) {
		boolean own = ex instanceof StateStoreException || ex.getClass() == IllegalArgumentException.class;
		String reason = own ? String.valueOf(ex.getMessage()) : ex.getClass().getName();
		this.log.write((logger) -> logger.warn(message.formatted(refresh.registration().getRegistrationId(), reason)));
	}

}
