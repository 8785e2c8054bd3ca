package io.github.oauth2state;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened when sessions were to end. Carries nothing secret and nothing
 * that a caller can choose freely, so that it can become a log line as it is. The kind
 * and the outcome suit as tags of a metric.
 *
 * @param kind why sessions are to end
 * @param outcome what happened
 * @param registrationId the client registration, where it is known
 * @param sessions the number of sessions that ended
 */
public record LogoutEvent(LogoutKind kind, LogoutOutcome outcome, @Nullable String registrationId, int sessions) {
}
