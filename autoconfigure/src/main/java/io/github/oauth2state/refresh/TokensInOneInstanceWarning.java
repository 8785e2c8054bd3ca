package io.github.oauth2state.refresh;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.TokenRefreshStrategy;

/**
 * Says at startup when instances agree on who refreshes tokens, but each has tokens of
 * its own: a user's tokens are then known to the instance that the login ended on, and
 * lost when it stops.
 */
class TokensInOneInstanceWarning implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(TokensInOneInstanceWarning.class);

	private static final String SESSION_REPOSITORY = "org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository";

	private final TokenRefreshStrategy strategy;

	private final ListableBeanFactory beans;

	TokensInOneInstanceWarning(TokenRefreshStrategy strategy, ListableBeanFactory beans) {
		this.strategy = strategy;
		this.beans = beans;
	}

	@Override
	public void afterSingletonsInstantiated() {
		boolean inMemory = this.beans.getBeansOfType(OAuth2AuthorizedClientService.class, false, false)
			.values()
			.stream()
			.anyMatch((clients) -> WatchedClients.unwrap(clients) instanceof InMemoryOAuth2AuthorizedClientService);
		if (this.strategy instanceof SingleFlightRefresh && inMemory && !keepsTokensInSessions()) {
			logger.warn("Instances agree on who refreshes tokens, but each keeps tokens in a memory of its own. Set "
					+ "oauth2-state.tokens.store to 'redis' or 'jdbc' to keep them where all instances find them, or "
					+ "oauth2-state.refresh.strategy=none if this app runs as one instance.");
		}
	}

	private boolean keepsTokensInSessions() {
		ClassLoader classLoader = getClass().getClassLoader();
		return ClassUtils.isPresent("jakarta.servlet.Filter", classLoader)
				&& has(ClassUtils.resolveClassName(SESSION_REPOSITORY, classLoader));
	}

	private boolean has(Class<?> type) {
		return this.beans.getBeanNamesForType(type, true, false).length > 0;
	}

}
