package io.github.oauth2state.store;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.github.oauth2state.config.StoreType;

/**
 * Lists the ways out of an {@link AmbiguousConnectionException}.
 */
class AmbiguousConnectionFailureAnalyzer extends AbstractFailureAnalyzer<AmbiguousConnectionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, AmbiguousConnectionException cause) {
		boolean redis = cause.getType() == StoreType.REDIS;
		return new FailureAnalysis(
				"OAuth2 State cannot tell which of several %s beans to use: %s.".formatted(
						redis ? "RedisConnectionFactory" : "DataSource", StoreConnections.quoted(cause.getBeans())),
				"""
						One of these:

						- annotate the one that OAuth2 State is to use with %s
						- or mark the one that the app uses in general as @Primary"""
					.formatted(redis ? "@OAuth2StateRedisConnectionFactory" : "@OAuth2StateDataSource"),
				cause);
	}

}
