package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;

/**
 * Offers tokens by client credentials to requests of this instance that come a little
 * late, where there are no keys to offer them to other instances, and knows which tokens
 * this instance has given out. Thread-safe; remembers a bounded number of each.
 */
final class RecentTokens {

	private static final int MAX_ENTRIES = 10_000;

	private final Map<LocalKey, Recent> recent = bounded();

	private final Map<LocalKey, Given> givenOut = bounded();

	private final Duration window;

	RecentTokens(Duration window) {
		this.window = window;
	}

	private static <V> Map<LocalKey, V> bounded() {
		return Collections.synchronizedMap(new LinkedHashMap<>() {
			@Override
			protected boolean removeEldestEntry(Map.Entry<LocalKey, V> eldest) {
				return size() > MAX_ENTRIES;
			}
		});
	}

	TokenRefreshResult getOrObtain(LocalKey key, TokenRefresh refresh, Supplier<TokenRefreshResult> source) {
		Recent found = this.recent.get(key);
		if (found != null && Instant.now().isBefore(found.until()) && found.tokens().answer(refresh)
				&& !isRemoved(refresh, found.tokens())) {
			return new TokenRefreshResult(TokenRefreshOutcome.COALESCED, found.tokens().response());
		}
		TokenRefreshResult result = source.get();
		this.recent.put(key, new Recent(FlightTokens.of(refresh, result.response()), Instant.now().plus(this.window)));
		return result;
	}

	void giveOut(TokenRefresh refresh, OAuth2AccessTokenResponse response) {
		String token = response.getAccessToken().getTokenValue();
		this.givenOut.compute(LocalKey.of(refresh),
				(key, given) -> (given != null && given.is(token)) ? given : new Given(token, false, false));
	}

	/**
	 * Notes that a token was saved after it was given out, so that it would be found if
	 * it had not been removed.
	 */
	void saved(TokenRefresh refresh, String token) {
		this.givenOut.computeIfPresent(LocalKey.of(refresh),
				(key, given) -> given.is(token) ? new Given(token, true, given.removed()) : given);
	}

	/**
	 * Notes that the app has removed what is kept for a principal, and forgets it.
	 * @param key which requests may share it
	 * @return the token that was given out last, if it is known
	 */
	Optional<String> removed(LocalKey key, TokenRefresh refresh) {
		Given given = this.givenOut.computeIfPresent(LocalKey.of(refresh),
				(sameKey, there) -> new Given(there.token(), there.saved(), true));
		this.recent.computeIfPresent(key, (sameKey, there) -> {
			boolean same = given == null || given.is(there.tokens().accessToken());
			return same ? null : there;
		});
		return Optional.ofNullable(given).map(Given::token);
	}

	/**
	 * Tells whether the app has removed a token that this instance gave out for the same
	 * principal, for example because an API refused it. If it is kept, it was saved after
	 * the request had looked for it.
	 */
	boolean isRemoved(TokenRefresh refresh, FlightTokens tokens) {
		Given given = this.givenOut.get(LocalKey.of(refresh));
		return given != null && given.is(tokens.accessToken()) && (given.removed() || (given.saved()
				&& refresh instanceof GrantedCredentials credentials && !credentials.isKept(given.token())));
	}

	private record Recent(FlightTokens tokens, Instant until) {
	}

	private record Given(String token, boolean saved, boolean removed) {

		boolean is(String other) {
			return this.token.equals(other);
		}

		@Override
		public String toString() {
			return "Given[hidden]";
		}

	}

}
