package io.github.oauth2state.refresh;

import java.util.Optional;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

import io.github.oauth2state.TokenRefresh;

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
				.filter((client) -> hasScopes(client, refresh))
				.map((client) -> FlightTokens.of(refresh, client))
				.filter((tokens) -> tokens.answer(refresh));
		}
		catch (RuntimeException ex) {
			// Not to know is no reason not to refresh.
			logger.debug("Cannot look for newer tokens", ex);
			return Optional.empty();
		}
	}

	private static boolean hasScopes(OAuth2AuthorizedClient client, TokenRefresh refresh) {
		OAuth2AccessToken due = refresh.accessToken();
		Set<String> wanted = (refresh.scopes().isEmpty() && due != null) ? due.getScopes() : refresh.scopes();
		return client.getAccessToken().getScopes().containsAll(wanted);
	}

}
