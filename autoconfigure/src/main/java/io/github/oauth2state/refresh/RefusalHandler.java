package io.github.oauth2state.refresh;

import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

import io.github.oauth2state.tokens.TokenLineage;

/**
 * Says which refresh token was refused while the app's own failure handler runs, and
 * afterwards that tokens were removed, which is what Spring Security's does.
 */
final class RefusalHandler implements OAuth2AuthorizationFailureHandler {

	/**
	 * Spring Security wraps the exception once, and providers of the app may do so again.
	 */
	private static final int MAX_DEPTH = 10;

	private static final Set<String> REMOVING = Set.of(OAuth2ErrorCodes.INVALID_TOKEN, OAuth2ErrorCodes.INVALID_GRANT);

	private final OAuth2AuthorizationFailureHandler delegate;

	private final Supplier<Removals> removals;

	RefusalHandler(OAuth2AuthorizationFailureHandler delegate, Supplier<Removals> removals) {
		this.delegate = delegate;
		this.removals = removals;
	}

	@Override
	public void onAuthorizationFailure(OAuth2AuthorizationException exception, Authentication principal,
			Map<String, Object> attributes) {
		handle(exception, principal, attributes);
		if (exception instanceof ClientAuthorizationException failure
				&& REMOVING.contains(exception.getError().getErrorCode())) {
			this.removals.get().removed(failure.getClientRegistrationId(), principal.getName());
		}
	}

	private void handle(OAuth2AuthorizationException exception, Authentication principal,
			Map<String, Object> attributes) {
		Runnable handler = () -> this.delegate.onAuthorizationFailure(exception, principal, attributes);
		Throwable cause = exception;
		for (int depth = 0; depth < MAX_DEPTH && cause != null; depth++) {
			if (cause instanceof RefusedTokenException refused) {
				TokenLineage.whileRefused(refused.registrationId(), principal.getName(), refused.refreshToken(),
						handler);
				return;
			}
			cause = cause.getCause();
		}
		handler.run();
	}

}
