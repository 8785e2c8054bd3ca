package io.github.oauth2state.refresh;

import java.time.Duration;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;

/**
 * Makes providers that refresh tokens whether they have expired or not.
 */
final class EarlyProvider {

	private static final Duration LONGER_THAN_ANY_TOKEN_LIVES = Duration.ofDays(36500);

	private EarlyProvider() {
	}

	/**
	 * Makes a provider with the client and the events of another one.
	 */
	static RefreshTokenOAuth2AuthorizedClientProvider like(RefreshTokenOAuth2AuthorizedClientProvider other) {
		RefreshTokenOAuth2AuthorizedClientProvider early = new RefreshTokenOAuth2AuthorizedClientProvider();
		early.setAccessTokenResponseClient(ClientInternals.tokenClient(other));
		early.setClockSkew(LONGER_THAN_ANY_TOKEN_LIVES);
		ApplicationEventPublisher publisher = ClientInternals.eventPublisher(other);
		if (publisher != null) {
			early.setApplicationEventPublisher(publisher);
		}
		return early;
	}

}
