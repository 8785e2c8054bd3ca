package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.LocalCoordinator.CoordinationException;
import io.github.oauth2state.refresh.StrategyRunner.RefusedTokenException;
import io.github.oauth2state.support.SafeLog;

/**
 * Tells listeners and the log how each refresh ended. Thread-safe.
 */
final class RefreshEvents {

	private static final Log logger = LogFactory.getLog(StrategyRunner.class);

	private final SafeLog limitedLog = new SafeLog(StrategyRunner.class);

	private final String strategy;

	private final List<TokenRefreshListener> listeners;

	RefreshEvents(String strategy, List<TokenRefreshListener> listeners) {
		this.strategy = strategy;
		this.listeners = List.copyOf(listeners);
	}

	static boolean isRefusal(DueTokens due, OAuth2AuthorizationException ex) {
		return due.refreshToken() != null && OAuth2ErrorCodes.INVALID_GRANT.equals(ex.getError().getErrorCode());
	}

	static OAuth2AuthorizationException withRefusedToken(DueTokens due, OAuth2AuthorizationException ex) {
		OAuth2RefreshToken refused = due.refreshToken();
		return (refused != null && isRefusal(due, ex))
				? new RefusedTokenException(ex, due.registration().getRegistrationId(), refused.getTokenValue()) : ex;
	}

	static TokenRefreshOutcome outcome(OAuth2AuthorizationException ex) {
		if (ex instanceof CoordinationException coordination) {
			return coordination.outcome();
		}
		return OAuth2ErrorCodes.INVALID_GRANT.equals(ex.getError().getErrorCode()) ? TokenRefreshOutcome.REJECTED
				: TokenRefreshOutcome.FAILED;
	}

	void publish(TokenRefreshOutcome outcome, DueTokens due, boolean early, long start) {
		TokenRefreshEvent event = new TokenRefreshEvent(outcome, this.strategy, due.registration().getRegistrationId(),
				early, Duration.ofNanos(System.nanoTime() - start));
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

}
