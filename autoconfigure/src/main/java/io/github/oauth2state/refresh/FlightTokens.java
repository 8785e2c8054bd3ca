package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.tokens.TokenExpiry;

/**
 * The tokens that a refresh gave.
 *
 * @param accessToken the access token
 * @param tokenType its type
 * @param issuedAt when it was obtained, by the clock of the instance that did; unknown to
 * earlier releases
 * @param expiresAt when it expires, where the provider said so
 * @param scopes what it is good for
 * @param refreshToken the refresh token, new or old
 * @param additional what else the provider answered, an ID token for example
 * @param askedScopes which scopes the refresh asked for
 */
record FlightTokens(String accessToken, String tokenType, @Nullable Instant issuedAt, @Nullable Instant expiresAt,
		Set<String> scopes, @Nullable String refreshToken, Map<String, Object> additional,
		Set<String> askedScopes) implements FlightRecord {

	/**
	 * Less of its life left than this, and a token would expire on its way.
	 */
	private static final Duration USEFUL = Duration.ofSeconds(2);

	/**
	 * Instances round what is left of a token's life.
	 */
	private static final Duration ROUNDING = Duration.ofSeconds(1);

	/**
	 * Further ahead, a time cannot be told by what is left until then.
	 */
	private static final Duration LONGEST = Duration.ofDays(36500);

	static FlightTokens of(TokenRefresh refresh, OAuth2AccessTokenResponse response) {
		return of(refresh, response.getAccessToken(), response.getRefreshToken(), response.getAdditionalParameters());
	}

	static FlightTokens of(TokenRefresh refresh, OAuth2AuthorizedClient client) {
		return of(refresh, client.getAccessToken(), client.getRefreshToken(), Map.of());
	}

	private static FlightTokens of(TokenRefresh refresh, OAuth2AccessToken accessToken,
			@Nullable OAuth2RefreshToken refreshToken, Map<String, Object> additional) {
		return new FlightTokens(accessToken.getTokenValue(), accessToken.getTokenType().getValue(),
				accessToken.getIssuedAt(), TokenExpiry.of(accessToken), accessToken.getScopes(),
				(refreshToken != null) ? refreshToken.getTokenValue() : null, additional, refresh.scopes());
	}

	/**
	 * Tells whether these are what a refresh wants: newer than what it has already, for
	 * the same scopes, and valid.
	 */
	boolean answer(TokenRefresh refresh) {
		boolean valid = this.expiresAt == null || this.expiresAt.isAfter(Instant.now().plus(USEFUL));
		return valid && this.askedScopes.equals(refresh.scopes()) && (replace(refresh) || areNewerThan(refresh));
	}

	/**
	 * Tells whether these expire later than what a refresh has already, or were obtained
	 * later. That they differ is no sign: a provider may answer with the access token
	 * that it gave before.
	 */
	boolean areNewerThan(TokenRefresh refresh) {
		OAuth2AccessToken due = refresh.accessToken();
		if (due == null) {
			return true;
		}
		boolean same = due.getTokenValue().equals(this.accessToken) && !replace(refresh);
		Instant end = TokenExpiry.of(due);
		if (end != null && this.expiresAt != null && this.expiresAt.isAfter(end.plus(ROUNDING))) {
			return true;
		}
		Instant issued = due.getIssuedAt();
		if (issued == null || this.issuedAt == null) {
			return !same;
		}
		return same ? this.issuedAt.isAfter(issued) : !this.issuedAt.isBefore(issued);
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
			.expiresIn(secondsLeft())
			.scopes(this.scopes)
			.additionalParameters(this.additional);
		if (this.refreshToken != null) {
			response.refreshToken(this.refreshToken);
		}
		return response.build();
	}

	/**
	 * Zero lets Spring Security take the life of the token for unknown here, too.
	 */
	private long secondsLeft() {
		if (this.expiresAt == null) {
			return 0;
		}
		long seconds = Duration.between(Instant.now(), this.expiresAt).toSeconds();
		return Math.min(Math.max(USEFUL.toSeconds(), seconds), LONGEST.toSeconds());
	}

	@Override
	public String toString() {
		return "FlightTokens[hidden]";
	}

}
