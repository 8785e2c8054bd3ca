package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;

/**
 * Lets the requests of this instance that want the same tokens wait for the first of
 * them. Thread-safe.
 */
final class LocalFlights {

	private final ConcurrentMap<Object, CompletableFuture<TokenRefreshResult>> flights = new ConcurrentHashMap<>();

	private final Duration waitTimeout;

	LocalFlights(Duration waitTimeout) {
		this.waitTimeout = waitTimeout;
	}

	/**
	 * Returns the result of the flight that is under way, or else of a new one.
	 * @param key what tells flights apart
	 * @param flight the flight, if it is this request's to make
	 */
	TokenRefreshResult join(Object key, Supplier<TokenRefreshResult> flight) {
		CompletableFuture<TokenRefreshResult> own = new CompletableFuture<>();
		CompletableFuture<TokenRefreshResult> underWay = this.flights.putIfAbsent(key, own);
		if (underWay != null) {
			return new TokenRefreshResult(TokenRefreshOutcome.COALESCED, await(underWay).response());
		}
		try {
			TokenRefreshResult result = flight.get();
			own.complete(result);
			return result;
		}
		catch (Throwable ex) {
			own.completeExceptionally(ex);
			throw ex;
		}
		finally {
			this.flights.remove(key, own);
		}
	}

	private TokenRefreshResult await(CompletableFuture<TokenRefreshResult> flight) {
		try {
			return flight.get(this.waitTimeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			throw new CoordinationException(TokenRefreshOutcome.TIMED_OUT,
					"Another request's refresh took longer than oauth2-state.refresh.wait-timeout");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new CoordinationException(TokenRefreshOutcome.FAILED, "Interrupted");
		}
		catch (ExecutionException ex) {
			throw asThisRequestsOwn(Objects.requireNonNullElse(ex.getCause(), ex));
		}
	}

	/**
	 * Each request throws an exception of its own, so that its stack trace tells where it
	 * came from.
	 */
	private static OAuth2AuthorizationException asThisRequestsOwn(Throwable cause) {
		if (cause instanceof CoordinationException coordination) {
			return new CoordinationException(coordination.outcome(), coordination.getError().getDescription(), cause);
		}
		OAuth2Error error = (cause instanceof OAuth2AuthorizationException refusal) ? refusal.getError()
				: new OAuth2Error(OAuth2ErrorCodes.SERVER_ERROR, "Another request's refresh failed", null);
		return new OAuth2AuthorizationException(error, cause);
	}

}
