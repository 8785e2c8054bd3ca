package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.record.CborRecord;
import io.github.oauth2state.tokens.TokenLineage;
import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

/**
 * Holds tokens that a request may use in place of those that are due: from another
 * request's result, or from where the app keeps tokens.
 *
 * @param accessToken the access token
 * @param tokenType its type
 * @param issuedAt when it was obtained, by the clock of the instance that obtained it;
 * earlier releases do not write it
 * @param expiresAt when it expires, or {@code null} if the provider did not say
 * @param scopes its scopes
 * @param refreshToken the refresh token, new or old
 * @param additional the other parameters of the provider's answer, such as an ID token
 * @param askedScopes the scopes that the refresh asked for
 */
record RefreshedTokens(String accessToken, String tokenType, @Nullable Instant issuedAt, @Nullable Instant expiresAt,
		Set<String> scopes, @Nullable String refreshToken, Map<String, Object> additional,
		Set<String> askedScopes) implements RefreshRecord {

	/**
	 * Tokens that expire sooner are not shared.
	 */
	private static final Duration MIN_LIFE = Duration.ofSeconds(2);

	/**
	 * Instances round the rest of a token's life to seconds.
	 */
	private static final Duration ROUNDING = Duration.ofSeconds(1);

	/**
	 * Spring Security cannot add more than this to the current time.
	 */
	private static final Duration MAX_LIFE = Duration.ofDays(36500);

	/**
	 * Readers of earlier releases use this life for tokens whose life is unknown.
	 */
	private static final Duration UNKNOWN_LIFE = Duration.ofSeconds(10);

	static RefreshedTokens of(DueTokens refresh, OAuth2AccessTokenResponse response) {
		return of(refresh, response.getAccessToken(), response.getRefreshToken(), response.getAdditionalParameters());
	}

	private static RefreshedTokens of(DueTokens refresh, OAuth2AccessToken accessToken,
			@Nullable OAuth2RefreshToken refreshToken, Map<String, Object> additional) {
		return new RefreshedTokens(accessToken.getTokenValue(), accessToken.getTokenType().getValue(),
				accessToken.getIssuedAt(), TokenLineage.expiry(accessToken), accessToken.getScopes(),
				(refreshToken != null) ? refreshToken.getTokenValue() : null, additional, refresh.scopes());
	}

	/**
	 * Looks for tokens that another request has refreshed and saved already, on an
	 * instance that does not coordinate, or longer ago than results are published.
	 * @return the tokens, or empty if the stored tokens are not newer or cannot be read
	 */
	static Optional<RefreshedTokens> findStored(TokenRefresh refresh) {
		try {
			return refresh.stored().flatMap((client) -> ifNewer(client, refresh, TokenLineage::isAncestor));
		}
		catch (RuntimeException ex) {
			// The refresh goes on without them
			LogFactory.getLog(RefreshedTokens.class).debug("Stored tokens cannot be read", ex);
			return Optional.empty();
		}
	}

	/**
	 * Returns stored tokens if they are newer than those that are due. They are older if
	 * those that are due were obtained with them: another request has refreshed them and
	 * has not saved the result yet.
	 * @param isAncestor tells whether a token was obtained with another one
	 */
	static Optional<RefreshedTokens> ifNewer(OAuth2AuthorizedClient stored, DueTokens due,
			BiPredicate<String, String> isAncestor) {
		OAuth2RefreshToken before = stored.getRefreshToken();
		OAuth2RefreshToken after = due.refreshToken();
		boolean older = before != null && after != null
				&& isAncestor.test(before.getTokenValue(), after.getTokenValue());
		return Optional.of(of(due, stored.getAccessToken(), stored.getRefreshToken(), Map.of()))
			.filter((tokens) -> !older && matches(stored, due) && tokens.satisfies(due) && tokens.isNewerThan(due));
	}

	/**
	 * A refresh that asks for no scopes accepts any: the provider may give fewer than
	 * before, or others.
	 */
	private static boolean matches(OAuth2AuthorizedClient client, DueTokens refresh) {
		return ClientIdentity.of(client.getClientRegistration()).equals(ClientIdentity.of(refresh.registration()))
				&& client.getAccessToken().getScopes().containsAll(refresh.scopes());
	}

	/**
	 * Tells whether a request can use these tokens: they are valid, have the scopes that
	 * it asks for, and are newer than those that are due.
	 */
	boolean satisfies(DueTokens refresh) {
		boolean valid = this.expiresAt == null || this.expiresAt.isAfter(Instant.now().plus(MIN_LIFE));
		return valid && this.askedScopes.equals(refresh.scopes()) && (supersedes(refresh) || isNewerThan(refresh));
	}

	/**
	 * Tells whether these tokens expire later than those that are due, or were obtained
	 * later. Different values say nothing: a provider may answer with an access token
	 * that it gave before. The same token with another expiry says nothing either: an app
	 * that wants a new one may have said that it is due.
	 */
	private boolean isNewerThan(DueTokens refresh) {
		OAuth2AccessToken due = refresh.accessToken();
		if (due == null) {
			return true;
		}
		boolean same = due.getTokenValue().equals(this.accessToken) && !supersedes(refresh);
		Instant issued = due.getIssuedAt();
		if (same && issued != null && this.issuedAt != null) {
			return this.issuedAt.isAfter(issued);
		}
		Instant end = TokenLineage.expiry(due);
		if (end != null && this.expiresAt != null && this.expiresAt.isAfter(end.plus(ROUNDING))) {
			return true;
		}
		return (issued == null || this.issuedAt == null) ? !same : !this.issuedAt.isBefore(issued);
	}

	/**
	 * Tells whether the provider has replaced the refresh token that is due.
	 */
	boolean supersedes(DueTokens refresh) {
		OAuth2RefreshToken due = refresh.refreshToken();
		return this.refreshToken != null && due != null && !this.refreshToken.equals(due.getTokenValue());
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
	 * Zero means an unknown life to Spring Security, as in an answer without
	 * {@code expires_in}.
	 */
	private long secondsLeft() {
		if (this.expiresAt == null) {
			return 0;
		}
		long seconds = Duration.between(Instant.now(), this.expiresAt).toSeconds();
		return Math.min(Math.max(MIN_LIFE.toSeconds(), seconds), MAX_LIFE.toSeconds());
	}

	/**
	 * Writes the tokens.
	 * @param withAdditional whether to write the additional parameters
	 * @return the content of a result
	 * @throws IllegalArgumentException if a text is not valid Unicode
	 */
	byte[] write(boolean withAdditional) {
		Map<String, @Nullable Object> values = new LinkedHashMap<>();
		values.put("access", this.accessToken);
		values.put("type", this.tokenType);
		values.put("expires", (this.expiresAt != null) ? this.expiresAt : Instant.now().plus(UNKNOWN_LIFE));
		values.put("scopes", this.scopes);
		values.put("refresh", this.refreshToken);
		values.put("additional", withAdditional ? writableAdditional() : Map.of());
		values.put("asked", this.askedScopes);
		values.put("issued", this.issuedAt);
		values.put("unknown-life", this.expiresAt == null);
		return CborRecord.write(values);
	}

	/**
	 * Leaves out values that cannot be written. An app's own token client may add any
	 * object, and the tokens are worth sharing without it.
	 */
	private Map<String, Object> writableAdditional() {
		Map<String, Object> writable = new LinkedHashMap<>();
		this.additional.forEach((name, value) -> {
			try {
				CborRecord.write(Map.of(name, value));
				writable.put(name, value);
			}
			catch (RuntimeException ex) {
				// Left out
			}
		});
		return writable;
	}

	static RefreshedTokens read(Map<?, ?> values) {
		Map<String, Object> additional = new LinkedHashMap<>();
		((Map<?, ?>) require(values, "additional", Map.class))
			.forEach((name, value) -> additional.put((String) name, value));
		Instant expiresAt = require(values, "expires", Instant.class);
		boolean unknownLife = Boolean.TRUE.equals(values.get("unknown-life"));
		return new RefreshedTokens(require(values, "access", String.class), require(values, "type", String.class),
				(Instant) values.get("issued"), unknownLife ? null : expiresAt, texts(values, "scopes"),
				(String) values.get("refresh"), additional, texts(values, "asked"));
	}

	private static <T> T require(Map<?, ?> values, String name, Class<T> type) {
		Object value = values.get(name);
		if (!type.isInstance(value)) {
			throw new IllegalArgumentException("No " + name);
		}
		return type.cast(value);
	}

	private static Set<String> texts(Map<?, ?> values, String name) {
		Set<String> texts = new LinkedHashSet<>();
		for (Object text : require(values, name, Set.class)) {
			texts.add((String) text);
		}
		return texts;
	}

	@Override
	public String toString() {
		return "RefreshedTokens[hidden]";
	}

}
