package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.record.CborRecord;
import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

/**
 * Holds the tokens of one user with one registration: what is stored of an
 * {@link OAuth2AuthorizedClient}. The app knows the rest.
 *
 * @param accessToken the access token
 * @param refreshToken the refresh token, if there is one
 * @param client the client that the tokens belong to, or {@code null} if an earlier
 * release wrote them
 */
record StoredTokens(OAuth2AccessToken accessToken, @Nullable OAuth2RefreshToken refreshToken,
		@Nullable ClientIdentity client) {

	/**
	 * Records are kept for at least this long, because clocks differ.
	 */
	static final Duration MIN_TTL = Duration.ofSeconds(10);

	/**
	 * Stores keep records for at most this long.
	 */
	static final Duration MAX_TTL = Duration.ofDays(400);

	/**
	 * Two instances that received the same token may have slightly different times for
	 * it.
	 */
	private static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

	/**
	 * How long before its expiry Spring Security replaces a token.
	 */
	private static final Duration DUE = Duration.ofSeconds(60);

	// Names are only ever added: records outlive releases
	private static final String ACCESS = "access";

	private static final String TYPE = "type";

	private static final String ISSUED = "issued";

	private static final String EXPIRES = "expires";

	private static final String SCOPES = "scopes";

	private static final String REFRESH = "refresh";

	private static final String REFRESH_ISSUED = "refresh-issued";

	private static final String REFRESH_EXPIRES = "refresh-expires";

	private static final String CLIENT_ID = "client";

	private static final String TOKEN_URI = "token-uri";

	private static final String REGISTRATION_ID = "registration";

	static StoredTokens of(OAuth2AuthorizedClient client) {
		return new StoredTokens(client.getAccessToken(), client.getRefreshToken(),
				ClientIdentity.of(client.getClientRegistration()));
	}

	OAuth2AuthorizedClient toClient(ClientRegistration registration, String principalName) {
		return new OAuth2AuthorizedClient(registration, principalName, this.accessToken, this.refreshToken);
	}

	/**
	 * Writes the tokens.
	 * @return the content of a record
	 * @throws IllegalArgumentException if a text is not valid Unicode
	 */
	byte[] write() {
		Map<String, @Nullable Object> values = new LinkedHashMap<>();
		values.put(ACCESS, this.accessToken.getTokenValue());
		values.put(TYPE, this.accessToken.getTokenType().getValue());
		values.put(ISSUED, this.accessToken.getIssuedAt());
		values.put(EXPIRES, this.accessToken.getExpiresAt());
		values.put(SCOPES, List.copyOf(this.accessToken.getScopes()));
		if (this.refreshToken != null) {
			values.put(REFRESH, this.refreshToken.getTokenValue());
			values.put(REFRESH_ISSUED, this.refreshToken.getIssuedAt());
			values.put(REFRESH_EXPIRES, this.refreshToken.getExpiresAt());
		}
		if (this.client != null) {
			values.put(REGISTRATION_ID, this.client.registrationId());
			values.put(CLIENT_ID, this.client.clientId());
			values.put(TOKEN_URI, this.client.tokenUri());
		}
		values.values().removeIf((value) -> value == null);
		return CborRecord.write(values);
	}

	/**
	 * Reads tokens.
	 * @param content the content of a record
	 * @return the tokens
	 * @throws IllegalArgumentException if it is not the content of such a record
	 */
	static StoredTokens read(byte[] content) {
		Map<?, ?> values = CborRecord.read(content);
		OAuth2AccessToken accessToken = new OAuth2AccessToken(new TokenType(required(values, TYPE)),
				required(values, ACCESS), get(values, ISSUED, Instant.class), get(values, EXPIRES, Instant.class),
				scopes(get(values, SCOPES, List.class)));
		String refresh = get(values, REFRESH, String.class);
		OAuth2RefreshToken refreshToken = (refresh != null) ? new OAuth2RefreshToken(refresh,
				get(values, REFRESH_ISSUED, Instant.class), get(values, REFRESH_EXPIRES, Instant.class)) : null;
		return new StoredTokens(accessToken, refreshToken, client(values));
	}

	private static @Nullable ClientIdentity client(Map<?, ?> values) {
		if (!values.containsKey(CLIENT_ID)) {
			return null;
		}
		return new ClientIdentity(required(values, REGISTRATION_ID), required(values, CLIENT_ID),
				required(values, TOKEN_URI));
	}

	private static Set<String> scopes(@Nullable List<?> values) {
		Set<String> scopes = new LinkedHashSet<>();
		for (Object value : (values != null) ? values : List.of()) {
			scopes.add(cast(SCOPES, value, String.class));
		}
		return scopes;
	}

	private static String required(Map<?, ?> values, String name) {
		return cast(name, values.get(name), String.class);
	}

	private static <T> @Nullable T get(Map<?, ?> values, String name, Class<T> type) {
		Object value = values.get(name);
		return (value != null) ? cast(name, value, type) : null;
	}

	private static <T> T cast(String name, @Nullable Object value, Class<T> type) {
		if (!type.isInstance(value)) {
			throw new IllegalArgumentException("Tokens without a proper " + name);
		}
		return type.cast(value);
	}

	/**
	 * Returns how long to keep the tokens.
	 * @param now the current time
	 * @param unlessKnown how long, if their life is unknown
	 */
	Duration timeToLive(Instant now, Duration unlessKnown) {
		Instant end = (this.refreshToken != null) ? this.refreshToken.getExpiresAt()
				: TokenLineage.expiry(this.accessToken);
		Duration ttl = (end != null) ? Duration.between(now, end) : unlessKnown;
		if (ttl.compareTo(MAX_TTL) > 0) {
			return MAX_TTL;
		}
		return (ttl.compareTo(MIN_TTL) < 0) ? MIN_TTL : ttl;
	}

	/**
	 * Compares the values of the tokens only: each instance computes the times by its own
	 * clock.
	 */
	boolean hasSameValues(StoredTokens other) {
		return this.accessToken.getTokenValue().equals(other.accessToken.getTokenValue()) && hasSameRefreshToken(other);
	}

	boolean hasSameRefreshToken(StoredTokens other) {
		return value(this.refreshToken).equals(value(other.refreshToken));
	}

	private static String value(@Nullable OAuth2RefreshToken token) {
		return (token != null) ? token.getTokenValue() : "";
	}

	/**
	 * Tells whether the access token is one of those with the given digests.
	 */
	boolean hasAccessTokenAmong(Set<String> digests) {
		return digests.contains(TokenLineage.digest(this.accessToken.getTokenValue()));
	}

	/**
	 * Tells whether the refresh token is one of those with the given digests.
	 */
	boolean hasRefreshTokenAmong(Set<String> digests) {
		return this.refreshToken != null && digests.contains(TokenLineage.digest(this.refreshToken.getTokenValue()));
	}

	/**
	 * Tells whether the access token is known to expire later than another one.
	 */
	boolean outlives(StoredTokens other) {
		return isLater(TokenLineage.expiry(this.accessToken), TokenLineage.expiry(other.accessToken), Duration.ZERO);
	}

	/**
	 * Tells whether the provider has prolonged the life of the same tokens, or confirmed
	 * them if it does not say how long they live.
	 */
	boolean prolongs(StoredTokens other) {
		Instant end = TokenLineage.expiry(this.accessToken);
		Instant otherEnd = TokenLineage.expiry(other.accessToken);
		return (end != null || otherEnd != null)
				? end != null && (otherEnd == null || isLater(end, otherEnd, CLOCK_SKEW))
				: isLater(this.accessToken.getIssuedAt(), other.accessToken.getIssuedAt(), CLOCK_SKEW);
	}

	/**
	 * Tells whether the access token is about to be replaced.
	 */
	boolean isDue(Instant now) {
		Instant end = TokenLineage.expiry(this.accessToken);
		return end != null && !isLater(end, now, DUE);
	}

	private static boolean isLater(@Nullable Instant one, @Nullable Instant other, Duration atLeast) {
		return one != null && other != null && Duration.between(other, one).compareTo(atLeast) > 0;
	}

	@Override
	public String toString() {
		return "StoredTokens[hidden]";
	}

}
