package io.github.oauth2state;

import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * Tokens that are due, of one request: by the refresh token grant (RFC 6749, section 6)
 * or the client credentials grant (section 4.4). For the thread of that request only.
 */
public interface TokenRefresh {

	/**
	 * Returns whose tokens these are to the provider.
	 * @return the client registration
	 */
	ClientRegistration registration();

	/**
	 * Returns the user.
	 * @return the name of the principal, or {@code null} where Spring Security did not
	 * tell it
	 */
	@Nullable String principalName();

	/**
	 * Returns the tokens that are due.
	 * @return the access token, or {@code null} for client credentials
	 */
	@Nullable OAuth2AccessToken accessToken();

	/**
	 * Returns what new tokens are obtained with.
	 * @return the refresh token, or {@code null} for client credentials
	 */
	@Nullable OAuth2RefreshToken refreshToken();

	/**
	 * Returns what the new access token is to be good for.
	 * @return the scopes, or none for those that the old one had
	 */
	Set<String> scopes();

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
