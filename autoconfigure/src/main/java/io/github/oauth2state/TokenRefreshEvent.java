package io.github.oauth2state;

import java.time.Duration;

/**
 * Something that happened when tokens were due. Carries nothing secret and nothing that a
 * caller can choose freely, so that it can become a log line or a metric as it is.
 *
 * @param outcome what happened
 * @param strategy the name of the strategy
 * @param registrationId the client registration
 * @param early whether the old tokens had not been due yet by Spring Security's own
 * measure
 * @param duration how long the request had to wait
 */
public record TokenRefreshEvent(TokenRefreshOutcome outcome, String strategy, String registrationId, boolean early,
		Duration duration) {
}
