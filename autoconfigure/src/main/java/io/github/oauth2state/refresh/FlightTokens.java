package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefresh;

/**
 * The tokens that a refresh gave.
 *
 * @param accessToken the access token
 * @param tokenType its type
 * @param expiresAt when it expires
 * @param scopes what it is good for
 * @param refreshToken the refresh token, new or old
 * @param additional what else the provider answered, an ID token for example
 * @param askedScopes which scopes the refresh asked for
 */
record FlightTokens(String accessToken, String tokenType, Instant expiresAt, Set<String> scopes,
		@Nullable String refreshToken, Map<String, Object> additional,
		Set<String> askedScopes) implements FlightRecord {

	/**
	 * Less of its life left than this, and a token would expire on its way.
	 */
	private static final Duration USEFUL = Duration.ofSeconds(1);

	/**
	 * How long a token is shared that does not say how long it lives.
	 */
	private static final Duration UNKNOWN = Duration.ofSeconds(10);

	static FlightTokens of(TokenRefresh refresh, OAuth2AccessTokenResponse response) {
		OAuth2RefreshToken refreshToken = response.getRefreshToken();
		OAuth2AccessToken accessToken = response.getAccessToken();
		return new FlightTokens(accessToken.getTokenValue(), accessToken.getTokenType().getValue(), expiry(accessToken),
				accessToken.getScopes(), (refreshToken != null) ? refreshToken.getTokenValue() : null,
				response.getAdditionalParameters(), refresh.scopes());
	}

	static FlightTokens of(TokenRefresh refresh, OAuth2AuthorizedClient client) {
		OAuth2RefreshToken refreshToken = client.getRefreshToken();
		OAuth2AccessToken accessToken = client.getAccessToken();
		return new FlightTokens(accessToken.getTokenValue(), accessToken.getTokenType().getValue(), expiry(accessToken),
				accessToken.getScopes(), (refreshToken != null) ? refreshToken.getTokenValue() : null, Map.of(),
				refresh.scopes());
	}

	/**
	 * A provider that does not say how long a token lives gets a second from Spring
	 * Security, which is too short for anybody to share the token.
	 */
	private static Instant expiry(OAuth2AccessToken token) {
		Instant issuedAt = token.getIssuedAt();
		Instant expiresAt = token.getExpiresAt();
		boolean unknown = expiresAt == null
				|| (issuedAt != null && Duration.between(issuedAt, expiresAt).compareTo(USEFUL) <= 0);
		return unknown ? Instant.now().plus(UNKNOWN) : Objects.requireNonNull(expiresAt);
	}

	/**
	 * Tells whether these are what a refresh wants: not what it has already, for the same
	 * scopes, and valid.
	 */
	boolean answer(TokenRefresh refresh) {
		OAuth2AccessToken due = refresh.accessToken();
		return (due == null || !due.getTokenValue().equals(this.accessToken))
				&& this.askedScopes.equals(refresh.scopes()) && this.expiresAt.isAfter(Instant.now().plus(USEFUL));
	}

	/**
	 * Tells whether the provider has replaced the refresh token of a refresh.
	 */
	boolean replace(TokenRefresh refresh) {
		OAuth2RefreshToken used = refresh.refreshToken();
		return this.refreshToken != null && used != null && !this.refreshToken.equals(used.getTokenValue());
	}

	OAuth2AccessTokenResponse response() {
		OAuth2AccessTokenResponse.Builder response = OAuth2AccessTokenResponse.withToken(this.accessToken)
			.tokenType(new TokenType(this.tokenType))
			.expiresIn(Math.max(1, Duration.between(Instant.now(), this.expiresAt).toSeconds()))
			.scopes(this.scopes)
			.additionalParameters(this.additional);
		if (this.refreshToken != null) {
			response.refreshToken(this.refreshToken);
		}
		return response.build();
	}

	@Override
	public String toString() {
		return "FlightTokens[hidden]";
	}

}
