package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.refresh.LocalCoordinator.CoordinationException;
import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Runs the strategy. Refuses tokens of another user, ignores {@code invalid_grant} if
 * newer tokens are stored, notes which tokens the new ones came from, and publishes the
 * event. Thread-safe.
 */
final class StrategyRunner {

	private static final Log logger = LogFactory.getLog(StrategyRunner.class);

	private final SafeLog limitedLog = new SafeLog(StrategyRunner.class);

	private final TokenRefreshStrategy strategy;

	private final List<TokenRefreshListener> listeners;

	private final @Nullable OAuth2AuthorizedClientService clients;

	private final Refusals refusals;

	private final AtomicBoolean warnedOfMemory = new AtomicBoolean();

	/**
	 * Creates a runner.
	 * @param strategy the strategy
	 * @param listeners the listeners
	 * @param clients where the app keeps tokens, if known
	 * @param refusals hands on refusals
	 */
	StrategyRunner(TokenRefreshStrategy strategy, List<TokenRefreshListener> listeners,
			@Nullable OAuth2AuthorizedClientService clients, Refusals refusals) {
		this.strategy = strategy;
		this.listeners = List.copyOf(listeners);
		this.clients = clients;
		this.refusals = refusals;
	}

	TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return this.strategy.whileValid(client);
	}

	/**
	 * Obtains the tokens that a request asks for.
	 * @param request the request of Spring Security
	 * @param client the token client of the app, which sends it
	 */
	<T extends AbstractOAuth2AuthorizationGrantRequest> OAuth2AccessTokenResponse obtain(T request,
			OAuth2AccessTokenResponseClient<T> client) {
		DueTokenRefresh due = DueTokenRefresh.of(request, client, this.clients);
		CurrentAuthorization authorization = due.authorization();
		warnOfTokensInMemory(due);
		long start = System.nanoTime();
		boolean early = authorization != null && authorization.isEarly();
		try {
			TokenRefreshResult result = runOrFindStored(due);
			if (authorization != null) {
				// Another request may have published them, for another user
				authorization.requireSameSubject(result.response());
			}
			publish(result.outcome(), due, early, start);
			noteRefreshed(due, result.response());
			return result.response();
		}
		catch (OAuth2AuthorizationException ex) {
			publish(early ? TokenRefreshOutcome.KEPT : outcome(ex), due, early, start);
			if (!early && isRefusal(due, ex)) {
				this.refusals.handOn(due);
			}
			throw withRefusedToken(due, ex);
		}
		catch (RuntimeException ex) {
			publish(early ? TokenRefreshOutcome.KEPT : TokenRefreshOutcome.FAILED, due, early, start);
			throw ex;
		}
	}

	/**
	 * Warns once that instances coordinate refreshes, but each keeps tokens in its own
	 * memory: only the instance that finished a login has the user's tokens then, and
	 * loses them when it stops. Waits for the first refresh of such tokens, because
	 * Spring Boot gives every app a service that keeps tokens in memory, and most apps
	 * never use its tokens.
	 */
	private void warnOfTokensInMemory(DueTokenRefresh due) {
		OAuth2RefreshToken refreshToken = due.refreshToken();
		String name = (due.authorization() != null) ? due.authorization().nameInStore() : null;
		if (refreshToken == null || name == null || this.warnedOfMemory.get()
				|| !(this.strategy instanceof SingleFlightStrategy)
				|| !(RemovalWatcher.unwrap(this.clients) instanceof InMemoryOAuth2AuthorizedClientService memory)) {
			return;
		}
		OAuth2AuthorizedClient kept = memory.loadAuthorizedClient(due.registration().getRegistrationId(), name);
		boolean same = kept != null && kept.getRefreshToken() != null
				&& kept.getRefreshToken().getTokenValue().equals(refreshToken.getTokenValue());
		if (same && this.warnedOfMemory.compareAndSet(false, true)) {
			logger.warn("Instances coordinate the refresh of tokens, but each keeps tokens in a memory of its own. Set "
					+ "oauth2-state.tokens.store to 'redis' or 'jdbc' to keep them where all instances find them, or "
					+ "oauth2-state.refresh.strategy=none if this app runs as one instance.");
		}
	}

	private TokenRefreshResult runOrFindStored(DueTokenRefresh due) {
		try {
			return this.strategy.refresh(due);
		}
		catch (OAuth2AuthorizationException ex) {
			Optional<RefreshedTokens> newer = isRefusal(due, ex) ? RefreshedTokens.findStored(due) : Optional.empty();
			return new TokenRefreshResult(TokenRefreshOutcome.STORED, newer.orElseThrow(() -> ex).response());
		}
	}

	private static boolean isRefusal(DueTokenRefresh due, OAuth2AuthorizationException ex) {
		return due.refreshToken() != null && OAuth2ErrorCodes.INVALID_GRANT.equals(ex.getError().getErrorCode());
	}

	private static void noteRefreshed(DueTokenRefresh due, OAuth2AccessTokenResponse response) {
		OAuth2RefreshToken before = due.refreshToken();
		OAuth2RefreshToken after = response.getRefreshToken();
		if (before != null && after != null) {
			TokenLineage.noteDescent(before.getTokenValue(), after.getTokenValue());
		}
		CurrentAuthorization authorization = due.authorization();
		if (before != null && authorization != null) {
			authorization.setRefreshed(response);
		}
	}

	private static OAuth2AuthorizationException withRefusedToken(DueTokenRefresh due, OAuth2AuthorizationException ex) {
		OAuth2RefreshToken refused = due.refreshToken();
		return (refused != null && isRefusal(due, ex))
				? new RefusedTokenException(ex, due.registration().getRegistrationId(), refused.getTokenValue()) : ex;
	}

	private static TokenRefreshOutcome outcome(OAuth2AuthorizationException ex) {
		if (ex instanceof CoordinationException coordination) {
			return coordination.outcome();
		}
		return OAuth2ErrorCodes.INVALID_GRANT.equals(ex.getError().getErrorCode()) ? TokenRefreshOutcome.REJECTED
				: TokenRefreshOutcome.FAILED;
	}

	private void publish(TokenRefreshOutcome outcome, DueTokenRefresh due, boolean early, long start) {
		TokenRefreshEvent event = new TokenRefreshEvent(outcome, this.strategy.name(),
				due.registration().getRegistrationId(), early, Duration.ofNanos(System.nanoTime() - start));
		for (TokenRefreshListener listener : this.listeners) {
			try {
				listener.onTokenRefresh(event);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener %s failed on %s".formatted(listener.getClass().getName(), event), ex);
			}
		}
		log(event);
	}

	private void log(TokenRefreshEvent event) {
		switch (event.outcome()) {
			case FAILED, TIMED_OUT, STORE_ERROR, UNCOORDINATED -> this.limitedLog.write((log) -> log.warn(line(event)));
			case REJECTED, KEPT -> this.limitedLog.write((log) -> log.info(line(event)));
			default -> {
				if (logger.isDebugEnabled()) {
					logger.debug(line(event));
				}
			}
		}
	}

	private static String line(TokenRefreshEvent event) {
		return "Token refresh %s: registration %s, strategy %s, %s, after %d ms".formatted(
				event.outcome().name().toLowerCase(Locale.ROOT), event.registrationId(), event.strategy(),
				event.early() ? "early" : "due", event.duration().toMillis());
	}

	/**
	 * Thrown if the provider refuses a refresh token. Tells the failure handler which
	 * one, because Spring Security does not.
	 */
	@SuppressWarnings("serial")
	static final class RefusedTokenException extends OAuth2AuthorizationException {

		// Transient: a token must not be written wherever exceptions are
		private final transient String refreshToken;

		private final String registrationId;

		RefusedTokenException(OAuth2AuthorizationException refusal, String registrationId, String refreshToken) {
			super(refusal.getError(), refusal);
			this.registrationId = registrationId;
			this.refreshToken = refreshToken;
		}

		String refreshToken() {
			return this.refreshToken;
		}

		String registrationId() {
			return this.registrationId;
		}

	}

}
