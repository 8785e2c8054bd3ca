package io.github.oauth2state;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a login. Carries nothing secret and nothing that a caller
 * can choose freely, so that it can become a log line or a metric as it is.
 *
 * @param outcome what happened
 * @param path where the pending login was or is kept
 * @param registrationId the client registration, where it is known
 * @param sinceBegin how long the user was away, where a callback found its pending login
 * in the store: from the start to the callback, by the clocks of the instances, between
 * zero and the time to live
 * @param reason why it failed, where the outcome is {@link LoginOutcome#FAILED} or
 * {@link LoginOutcome#MIX_UP} and that is known: an error code of OAuth 2.0 (RFC 6749,
 * section 5.2) or of Spring Security, followed by types of exceptions; {@code cancelled}
 * if the client of a reactive app hung up
 * @param correlationId twelve hexadecimal digits, which tell neither the state of the
 * login nor its key. All events of a start have the same, and so have all events of its
 * callbacks while the browser has the binding cookie of the login, which stays for five
 * minutes after the first callback. Callbacks of a login in the session have others, as
 * have callbacks without that cookie, and those whose mark an older release set
 */
public record LoginEvent(LoginOutcome outcome, LoginPath path, @Nullable String registrationId,
		@Nullable Duration sinceBegin, @Nullable String reason, String correlationId) {

	/**
	 * Name of the request attribute that holds the correlation id while the application
	 * answers a callback that did not go well, for example in an authentication failure
	 * handler. Its value is a string.
	 */
	public static final String CORRELATION_ID_ATTRIBUTE = LoginEvent.class.getName() + ".correlationId";

	/**
	 * Creates an event of a login that did not fail, or for a reason that is not known.
	 * @param outcome what happened
	 * @param path where the pending login was or is kept
	 * @param registrationId the client registration, where it is known
	 * @param sinceBegin how long the user was away, where that is known
	 * @param correlationId the same for all events of one login
	 */
	public LoginEvent(LoginOutcome outcome, LoginPath path, @Nullable String registrationId,
			@Nullable Duration sinceBegin, String correlationId) {
		this(outcome, path, registrationId, sinceBegin, null, correlationId);
	}

}
