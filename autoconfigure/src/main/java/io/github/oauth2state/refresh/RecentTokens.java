package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;

/**
 * Remembers the tokens by client credentials that this instance has obtained recently.
 * Shares them with its other requests if no keys are configured to share them with other
 * instances, and knows which of them the app has removed. Thread-safe. The number of
 * entries is limited.
 */
final class RecentTokens {

	private static final int MAX_ENTRIES = 10_000;

	private final Map<LocalCoordinator.Key, Recent> recent = limited();

	private final Map<LocalCoordinator.Key, Issued> issued = limited();

	private final Duration window;

	RecentTokens(Duration window) {
		this.window = window;
	}

	private static <V> Map<LocalCoordinator.Key, V> limited() {
		return Collections.synchronizedMap(new LinkedHashMap<>() {
			@Override
			protected boolean removeEldestEntry(Map.Entry<LocalCoordinator.Key, V> eldest) {
				return size() > MAX_ENTRIES;
			}
		});
	}

	TokenRefreshResult getOrObtain(LocalCoordinator.Key key, TokenRefresh refresh,
			Supplier<TokenRefreshResult> source) {
		Optional<RefreshedTokens> found = find(key, refresh).filter((tokens) -> !isRemoved(refresh, tokens));
		if (found.isPresent()) {
			return new TokenRefreshResult(TokenRefreshOutcome.COALESCED, found.get().response());
		}
		TokenRefreshResult result = source.get();
		noteObtained(key, refresh, result.response());
		return result;
	}

	/**
	 * Returns tokens that were obtained recently, unless the app has removed them.
	 */
	Optional<RefreshedTokens> find(LocalCoordinator.Key key, DueTokens due) {
		return Optional.ofNullable(this.recent.get(key))
			.filter((found) -> Instant.now().isBefore(found.until()))
			.map(Recent::tokens)
			.filter((tokens) -> tokens.satisfies(due) && removal(due, tokens) != Removal.YES);
	}

	void noteObtained(LocalCoordinator.Key key, DueTokens due, OAuth2AccessTokenResponse response) {
		this.recent.put(key, new Recent(RefreshedTokens.of(due, response), Instant.now().plus(this.window)));
	}

	/**
	 * Remembers a token that a request of this instance received.
	 */
	void noteIssued(DueTokens refresh, OAuth2AccessTokenResponse response) {
		String token = response.getAccessToken().getTokenValue();
		this.issued.compute(LocalCoordinator.Key.of(refresh),
				(key, known) -> (known != null && known.is(token)) ? known : new Issued(token, false, false));
	}

	/**
	 * Remembers that an issued token was saved. It can be found from then on, unless it
	 * is removed.
	 */
	void noteSaved(DueTokens refresh, String token) {
		this.issued.computeIfPresent(LocalCoordinator.Key.of(refresh),
				(key, known) -> known.is(token) ? new Issued(token, true, known.removed()) : known);
	}

	/**
	 * Remembers that the app has removed a principal's token, and stops sharing it.
	 * @param key tells which requests share the token
	 * @return the token that was issued last, if known
	 */
	Optional<String> noteRemoved(LocalCoordinator.Key key, DueTokens refresh) {
		Issued removed = this.issued.computeIfPresent(LocalCoordinator.Key.of(refresh),
				(sameKey, known) -> new Issued(known.token(), known.saved(), true));
		this.recent.computeIfPresent(key, (sameKey, known) -> {
			boolean same = removed == null || removed.is(known.tokens().accessToken());
			return same ? null : known;
		});
		return Optional.ofNullable(removed).map(Issued::token);
	}

	/**
	 * Tells whether the app has removed a token that this instance issued to the same
	 * principal, for example because an API refused it.
	 */
	boolean isRemoved(TokenRefresh refresh, RefreshedTokens tokens) {
		return switch (removal(refresh, tokens)) {
			case NO -> false;
			case YES -> true;
			case UNLESS_STORED -> refresh instanceof DueTokenRefresh due && !due.isStored(tokens.accessToken());
		};
	}

	Removal removal(DueTokens due, RefreshedTokens tokens) {
		Issued known = this.issued.get(LocalCoordinator.Key.of(due));
		if (known == null || !known.is(tokens.accessToken())) {
			return Removal.NO;
		}
		return known.removed() ? Removal.YES : (known.saved() ? Removal.UNLESS_STORED : Removal.NO);
	}

	/**
	 * Whether the app has removed a token.
	 */
	enum Removal {

		/** It has not, as far as this instance knows. */
		NO,

		/** It has. */
		YES,

		/**
		 * It has, unless the token is stored: it was saved after a request looked for it.
		 */
		UNLESS_STORED

	}

	private record Recent(RefreshedTokens tokens, Instant until) {
	}

	private record Issued(String token, boolean saved, boolean removed) {

		boolean is(String other) {
			return this.token.equals(other);
		}

		@Override
		public String toString() {
			return "Issued[hidden]";
		}

	}

}
