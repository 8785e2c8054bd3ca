package io.github.oauth2state;

import java.util.Optional;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * Tokens that are due, and the means to obtain new ones. For the thread of the request
 * only.
 */
public interface TokenRefresh extends DueTokens {

	/**
	 * Calls the provider, with the client that the app configured. Where the provider
	 * rotates refresh tokens, the old one is spent from then on.
	 * @return the new tokens
	 * @throws OAuth2AuthorizationException if the provider gave no tokens
	 */
	OAuth2AccessTokenResponse call();

	/**
	 * Looks up the client that is stored for the user now.
	 * @return the client, or empty if no client is stored, or if clients are not stored
	 * where all instances see them
	 */
	Optional<OAuth2AuthorizedClient> stored();

	/**
	 * Returns the refresh that is next when the tokens of this one are due again.
	 * @param response the new tokens, with a refresh token among them
	 * @return the next refresh, for the same user and scopes
	 */
	TokenRefresh next(OAuth2AccessTokenResponse response);

}
