package io.github.oauth2state.tokens;

import java.util.Locale;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what the app lacks to keep tokens where it is told to.
 */
class NoTokenStoreFailureAnalyzer extends AbstractFailureAnalyzer<NoTokenStoreException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, NoTokenStoreException cause) {
		boolean redis = cause.getConfigured() == TokenStoreType.REDIS;
		return new FailureAnalysis(
				"The property oauth2-state.tokens.store is '%s', but the app has no %s bean."
					.formatted(text(cause.getConfigured()), redis ? "RedisConnectionFactory" : "DataSource"),
				"""
						One of these:

						- %s
						- or set oauth2-state.tokens.store=%s, to keep tokens there
						- or declare a bean of type OAuth2AuthorizedClientService
						- or remove oauth2-state.tokens.store, to keep tokens in the memory of each instance"""
					.formatted(
							redis ? "add spring-boot-starter-data-redis and set spring.data.redis.url"
									: "add spring-boot-starter-jdbc and a driver, and set spring.datasource.url",
							redis ? "jdbc" : "redis"),
				cause);
	}

	private static String text(TokenStoreType type) {
		return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
