package io.github.oauth2state.refresh;

import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshStrategy;

/**
 * Says once that instances agree on who refreshes tokens, but each has tokens of its own:
 * a user's tokens are then known to the instance that the login ended on, and lost when
 * it stops.
 * <p>
 * It waits for the first refresh of a user's tokens: Spring Boot gives every app a
 * service that keeps tokens in memory, and most apps never use what is in it.
 */
final class TokensInOneInstanceWarning {

	private static final Log logger = LogFactory.getLog(TokensInOneInstanceWarning.class);

	private final @Nullable InMemoryOAuth2AuthorizedClientService memory;

	private final AtomicBoolean said = new AtomicBoolean();

	TokensInOneInstanceWarning(TokenRefreshStrategy strategy, @Nullable OAuth2AuthorizedClientService clients) {
		boolean agree = strategy instanceof SingleFlightRefresh;
		this.memory = (agree && WatchedClients.unwrap(clients) instanceof InMemoryOAuth2AuthorizedClientService found)
				? found : null;
	}

	void beforeRefresh(TokenRefresh refresh, @Nullable CurrentAuthorization authorization) {
		String name = (authorization != null) ? authorization.keptBy() : null;
		if (this.memory == null || name == null || this.said.get()) {
			return;
		}
		OAuth2AuthorizedClient kept = this.memory.loadAuthorizedClient(refresh.registration().getRegistrationId(),
				name);
		if (kept != null && isOf(refresh, kept.getRefreshToken()) && this.said.compareAndSet(false, true)) {
			logger.warn("Instances agree on who refreshes tokens, but each keeps tokens in a memory of its own. Set "
					+ "oauth2-state.tokens.store to 'redis' or 'jdbc' to keep them where all instances find them, or "
					+ "oauth2-state.refresh.strategy=none if this app runs as one instance.");
		}
	}

	private static boolean isOf(TokenRefresh refresh, @Nullable OAuth2RefreshToken kept) {
		OAuth2RefreshToken due = refresh.refreshToken();
		return due != null && kept != null && due.getTokenValue().equals(kept.getTokenValue());
	}

}
