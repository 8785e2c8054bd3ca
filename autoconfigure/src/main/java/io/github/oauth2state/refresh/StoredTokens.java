package io.github.oauth2state.refresh;

import java.util.Optional;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.tokens.ClientIdentity;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Finds tokens that somebody has refreshed and saved already: an instance that does not
 * coordinate, or one whose result is no longer offered.
 */
final class StoredTokens {

	private static final Log logger = LogFactory.getLog(StoredTokens.class);

	private StoredTokens() {
	}

	static Optional<FlightTokens> newerThan(TokenRefresh refresh) {
		try {
			return refresh.stored()
				.filter((client) -> isFor(client, refresh) && !isOlder(client, refresh))
				.map((client) -> FlightTokens.of(refresh, client))
				.filter((tokens) -> tokens.answer(refresh) && tokens.areNewerThan(refresh));
		}
		catch (RuntimeException ex) {
			// Not to know is no reason not to refresh.
			logger.debug("Cannot look for newer tokens", ex);
			return Optional.empty();
		}
	}

	/**
	 * Without scopes that it asks for, a refresh takes what the provider gives, be it
	 * fewer or others than before.
	 */
	private static boolean isFor(OAuth2AuthorizedClient client, TokenRefresh refresh) {
		return ClientIdentity.of(client.getClientRegistration()).equals(ClientIdentity.of(refresh.registration()))
				&& client.getAccessToken().getScopes().containsAll(refresh.scopes());
	}

	/**
	 * Tells whether what is due was obtained with what is stored, as where another
	 * request has refreshed it and not saved it yet.
	 */
	private static boolean isOlder(OAuth2AuthorizedClient client, TokenRefresh refresh) {
		OAuth2RefreshToken stored = client.getRefreshToken();
		OAuth2RefreshToken due = refresh.refreshToken();
		return stored != null && due != null && TokenLineage.isAncestor(stored.getTokenValue(), due.getTokenValue());
	}

}
