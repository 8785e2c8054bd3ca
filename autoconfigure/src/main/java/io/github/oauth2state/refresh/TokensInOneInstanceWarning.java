package io.github.oauth2state.refresh;

import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.TokenRefreshStrategy;

/**
 * Warns once that instances coordinate refreshes, but each keeps tokens in its own memory.
 * Only the instance that finished a login has the user's tokens then, and loses them when
 * it stops.
 * <p>
 * The warning waits for the first refresh of a user's tokens: Spring Boot gives every app
 * a service that keeps tokens in memory, and most apps never use its tokens.
 */
final class TokensInOneInstanceWarning {

	private static final Log logger = LogFactory.getLog(TokensInOneInstanceWarning.class);

	private final @Nullable InMemoryOAuth2AuthorizedClientService memory;

	private final AtomicBoolean warned = new AtomicBoolean();

	TokensInOneInstanceWarning(TokenRefreshStrategy strategy, @Nullable OAuth2AuthorizedClientService clients) {
		boolean coordinated = strategy instanceof SingleFlightStrategy;
		this.memory = (coordinated
				&& RemovalWatcher.unwrap(clients) instanceof InMemoryOAuth2AuthorizedClientService inMemory) ? inMemory
						: null;
	}

	void beforeRefresh(DueTokens due) {
		CurrentAuthorization authorization = due.authorization();
		String name = (authorization != null) ? authorization.nameInStore() : null;
		if (this.memory == null || name == null || this.warned.get()) {
			return;
		}
		OAuth2AuthorizedClient kept = this.memory.loadAuthorizedClient(due.registration().getRegistrationId(), name);
		if (kept != null && isSame(due.refreshToken(), kept.getRefreshToken())
				&& this.warned.compareAndSet(false, true)) {
			logger.warn("Instances coordinate the refresh of tokens, but each keeps tokens in a memory of its own. Set "
					+ "oauth2-state.tokens.store to 'redis' or 'jdbc' to keep them where all instances find them, or "
					+ "oauth2-state.refresh.strategy=none if this app runs as one instance.");
		}
	}

	private static boolean isSame(@Nullable OAuth2RefreshToken due, @Nullable OAuth2RefreshToken kept) {
		return due != null && kept != null && due.getTokenValue().equals(kept.getTokenValue());
	}

}
