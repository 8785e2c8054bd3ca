package io.github.oauth2state.refresh;

import java.util.Map;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;

import io.github.oauth2state.tokens.TokenLineage;

/**
 * Says which refresh token was refused while the app's own failure handler runs.
 */
final class RefusalHandler implements OAuth2AuthorizationFailureHandler {

	private final OAuth2AuthorizationFailureHandler delegate;

	RefusalHandler(OAuth2AuthorizationFailureHandler delegate) {
		this.delegate = delegate;
	}

	@Override
	public void onAuthorizationFailure(OAuth2AuthorizationException exception, Authentication principal,
			Map<String, Object> attributes) {
		if (exception.getCause() instanceof RefusedTokenException refused) {
			TokenLineage.whileRefused(refused.refreshToken(),
					() -> this.delegate.onAuthorizationFailure(exception, principal, attributes));
		}
		else {
			this.delegate.onAuthorizationFailure(exception, principal, attributes);
		}
	}

}
