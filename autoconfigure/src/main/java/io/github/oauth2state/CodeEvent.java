package io.github.oauth2state;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a code of an authorization server. Carries nothing secret
 * and nothing that a caller can choose freely, so that it can become a log line as it is.
 * The outcome and the type suit as tags of a metric.
 *
 * @param outcome what happened
 * @param type what kind of code it is
 * @param registeredClientId the id of the registered client that it was issued to, where
 * it is known; not the client identifier
 * @param authorizationId the id of the authorization that it belongs to, where it is
 * known
 */
public record CodeEvent(CodeOutcome outcome, CodeType type, @Nullable String registeredClientId,
		@Nullable String authorizationId) {
}
