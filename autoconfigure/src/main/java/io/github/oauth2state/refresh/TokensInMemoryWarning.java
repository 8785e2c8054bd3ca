package io.github.oauth2state.refresh;

import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

/**
 * Warns once that instances coordinate refreshes, but each keeps tokens in its own
 * memory: only the instance that finished a login has the user's tokens then, and loses
 * them when it stops. Waits for the first refresh of such tokens, because Spring Boot
 * gives every app a service that keeps tokens in memory, and most apps never use its
 * tokens.
 */
final class TokensInMemoryWarning {

	private final Log logger;

	private final AtomicBoolean written = new AtomicBoolean();

	TokensInMemoryWarning(Class<?> writer) {
		this.logger = LogFactory.getLog(writer);
	}

	/**
	 * Returns whether to look for tokens in memory.
	 */
	boolean isWanted(RequestedTokens due, boolean singleFlight) {
		CurrentAuthorization authorization = due.authorization();
		return singleFlight && !this.written.get() && due.refreshToken() != null && authorization != null
				&& authorization.nameInStore() != null;
	}

	/**
	 * Warns if the tokens that are due are those in memory.
	 * @param kept the client in memory, or {@code null} if there is none
	 */
	void write(RequestedTokens due, @Nullable OAuth2AuthorizedClient kept) {
		OAuth2RefreshToken refreshToken = due.refreshToken();
		boolean same = kept != null && kept.getRefreshToken() != null && refreshToken != null
				&& kept.getRefreshToken().getTokenValue().equals(refreshToken.getTokenValue());
		if (same && this.written.compareAndSet(false, true)) {
			this.logger
				.warn("Instances coordinate the refresh of tokens, but each keeps tokens in a memory of its own. Set "
						+ "oauth2-state.tokens.store to 'redis' or 'jdbc' to keep them where all instances find them, or "
						+ "oauth2-state.refresh.strategy=none if this app runs as one instance.");
		}
	}

}
