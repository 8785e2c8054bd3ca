package io.github.oauth2state.refresh;

import java.util.Map;
import java.util.Set;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

import io.github.oauth2state.tokens.TokenLineage;

/**
 * Surrounds the app's failure handler, which usually removes refused tokens. Makes sure
 * that it removes no newer tokens, and notes the removal.
 */
final class RefusalHandler implements OAuth2AuthorizationFailureHandler {

	/**
	 * Spring Security wraps the exception once, and providers of the app may do so again.
	 */
	private static final int MAX_DEPTH = 10;

	/**
	 * The error codes on which Spring Security removes tokens.
	 */
	private static final Set<String> REMOVING = Set.of(OAuth2ErrorCodes.INVALID_TOKEN, OAuth2ErrorCodes.INVALID_GRANT);

	private final OAuth2AuthorizationFailureHandler delegate;

	private final RemovalWatcher removals;

	RefusalHandler(OAuth2AuthorizationFailureHandler delegate, RemovalWatcher removals) {
		this.delegate = delegate;
		this.removals = removals;
	}

	@Override
	public void onAuthorizationFailure(OAuth2AuthorizationException exception, Authentication principal,
			Map<String, Object> attributes) {
		handle(exception, principal, attributes);
		if (exception instanceof ClientAuthorizationException failure
				&& REMOVING.contains(exception.getError().getErrorCode())) {
			this.removals.onRemoved(failure.getClientRegistrationId(), principal.getName());
		}
	}

	private void handle(OAuth2AuthorizationException exception, Authentication principal,
			Map<String, Object> attributes) {
		Runnable handler = () -> this.delegate.onAuthorizationFailure(exception, principal, attributes);
		Throwable cause = exception;
		for (int depth = 0; depth < MAX_DEPTH && cause != null; depth++) {
			if (cause instanceof RefusedTokenException refused) {
				TokenLineage.whileRefused(refused.registrationId, principal.getName(), refused.refreshToken, handler);
				return;
			}
			cause = cause.getCause();
		}
		handler.run();
	}

	/**
	 * Carries the refused token to the failure handler, because Spring Security does not.
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

	}

}
