package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

/**
 * Coordinates the requests of this instance that want the same tokens: the first one
 * obtains them, and the others wait for its result. Thread-safe.
 */
final class LocalCoordinator {

	private final ConcurrentMap<Key, CompletableFuture<TokenRefreshResult>> running = new ConcurrentHashMap<>();

	private final Duration waitTimeout;

	LocalCoordinator(Duration waitTimeout) {
		this.waitTimeout = waitTimeout;
	}

	/**
	 * Obtains the tokens, or waits for another request with the same key that does.
	 * @param key tells which requests want the same tokens
	 * @param source obtains the tokens
	 */
	TokenRefreshResult coordinate(Key key, Supplier<TokenRefreshResult> source) {
		CompletableFuture<TokenRefreshResult> own = new CompletableFuture<>();
		CompletableFuture<TokenRefreshResult> first = this.running.putIfAbsent(key, own);
		if (first != null) {
			return new TokenRefreshResult(TokenRefreshOutcome.COALESCED, await(first).response());
		}
		try {
			TokenRefreshResult result = source.get();
			own.complete(result);
			return result;
		}
		catch (Throwable ex) {
			own.completeExceptionally(ex);
			throw ex;
		}
		finally {
			this.running.remove(key, own);
		}
	}

	private TokenRefreshResult await(CompletableFuture<TokenRefreshResult> first) {
		try {
			return first.get(this.waitTimeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			throw timedOut();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new CoordinationException(TokenRefreshOutcome.FAILED, "Interrupted");
		}
		catch (ExecutionException ex) {
			throw copy(Objects.requireNonNullElse(ex.getCause(), ex));
		}
	}

	static CoordinationException timedOut() {
		return new CoordinationException(TokenRefreshOutcome.TIMED_OUT,
				"Another request's refresh took longer than oauth2-state.refresh.wait-timeout");
	}

	/**
	 * Returns what a request throws that waited: an {@link OAuth2AuthorizationException}
	 * of its own, whose stack trace shows where it came from. What else the token client
	 * of the app throws is thrown as it is, as the app may handle it by its type.
	 */
	static RuntimeException copy(Throwable cause) {
		if (cause instanceof RuntimeException ex && !(ex instanceof OAuth2AuthorizationException)) {
			return ex;
		}
		if (cause instanceof CoordinationException coordination) {
			return new CoordinationException(coordination.outcome(), coordination.getError().getDescription(), cause);
		}
		OAuth2Error error = (cause instanceof OAuth2AuthorizationException refusal) ? refusal.getError()
				: new OAuth2Error(OAuth2ErrorCodes.SERVER_ERROR, "Another request's refresh failed", null);
		return new OAuth2AuthorizationException(error, cause);
	}

	/**
	 * Requests with an equal key want the same tokens: for one user, in place of the same
	 * tokens, and with the same scopes.
	 */
	record Key(ClientIdentity client, @Nullable String principalName, @Nullable String accessToken,
			@Nullable String refreshToken, Set<String> scopes) {

		static Key of(DueTokens refresh) {
			OAuth2AccessToken accessToken = refresh.accessToken();
			OAuth2RefreshToken refreshToken = refresh.refreshToken();
			return new Key(ClientIdentity.of(refresh.registration()), refresh.principalName(),
					(accessToken != null) ? accessToken.getTokenValue() : null,
					(refreshToken != null) ? refreshToken.getTokenValue() : null, refresh.scopes());
		}

		/**
		 * Returns the key in a scope. Tokens by client credentials are for one principal,
		 * unless the app configures a wider scope. If Spring Security keeps them by
		 * session, they are for one request only.
		 * @return the key, or empty if no other request may use the tokens
		 */
		static Optional<Key> of(DueTokens refresh, KeyScope scope) {
			Key key = of(refresh);
			if (refresh.refreshToken() != null) {
				return Optional.of(key);
			}
			if (scope != KeyScope.PRINCIPAL) {
				return Optional.of(new Key(key.client(), null, key.accessToken(), null, key.scopes()));
			}
			return (key.principalName() != null) ? Optional.of(key) : Optional.empty();
		}

		@Override
		public String toString() {
			return "Key[hidden]";
		}

	}

	/**
	 * Thrown if there are no tokens because requests could not be coordinated: they
	 * waited for too long or were interrupted, or the store failed. Spring Security keeps
	 * a user's tokens on its error code.
	 */
	@SuppressWarnings("serial")
	static final class CoordinationException extends OAuth2AuthorizationException {

		private final TokenRefreshOutcome outcome;

		CoordinationException(TokenRefreshOutcome outcome, String description, Throwable cause) {
			super(error(description), cause);
			this.outcome = outcome;
		}

		CoordinationException(TokenRefreshOutcome outcome, String description) {
			super(error(description));
			this.outcome = outcome;
		}

		private static OAuth2Error error(String description) {
			return new OAuth2Error(OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE, description, null);
		}

		TokenRefreshOutcome outcome() {
			return this.outcome;
		}

	}

}
