package io.github.oauth2state;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a login. Carries nothing secret and nothing that a caller
 * can choose freely, so that it can become a log line or a metric as it is.
 *
 * @param outcome what happened
 * @param path where the pending login was or is kept
 * @param registrationId the client registration, where it is known
 */
public record LoginEvent(LoginOutcome outcome, LoginPath path, @Nullable String registrationId) {
}
