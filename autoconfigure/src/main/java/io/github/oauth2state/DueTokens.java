package io.github.oauth2state;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

/**
 * Tokens that are due, of one request: by the refresh token grant (RFC 6749, section 6)
 * or the client credentials grant (section 4.4).
 */
public interface DueTokens {

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

}
