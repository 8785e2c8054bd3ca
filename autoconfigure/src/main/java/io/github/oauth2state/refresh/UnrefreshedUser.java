package io.github.oauth2state.refresh;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.web.client.HttpStatusCodeException;

import io.github.oauth2state.support.FailureReason;
import io.github.oauth2state.support.LimitedLog;

/**
 * Keeps new tokens when the user cannot be refreshed with them. Spring Security asks the
 * provider for its keys and for the user after each refresh of tokens, and saves the
 * tokens after that. A provider that does not answer these questions has taken the old
 * refresh token already: without the new one, the user has to log in again.
 * <p>
 * Only an outage is passed over. The user in the session stays as it is, as it would if
 * the request failed. If the provider does answer, and its answer does not fit the user,
 * the request fails.
 */
final class UnrefreshedUser {

	/**
	 * Causes may go in a circle.
	 */
	private static final int MAX_DEPTH = 10;

	private final LimitedLog log = new LimitedLog(UnrefreshedUser.class);

	/**
	 * Returns the client with the new tokens.
	 * @param context what was authorized
	 * @param response what the refresh gave, if there was one and it succeeded
	 * @param failure what happened after it
	 * @return the client
	 * @throws OAuth2AuthenticationException if the failure is no outage
	 */
	OAuth2AuthorizedClient goOn(OAuth2AuthorizationContext context, @Nullable OAuth2AccessTokenResponse response,
			OAuth2AuthenticationException failure) {
		OAuth2AuthorizedClient due = context.getAuthorizedClient();
		if (due == null || response == null) {
			throw failure;
		}
		boolean outage = isOutage(failure);
		this.log
			.write((log) -> log.warn("New tokens of registration '%s' are %s: the user was not refreshed with them, %s"
				.formatted(due.getClientRegistration().getRegistrationId(), outage ? "used" : "not saved",
						FailureReason.of(failure))));
		if (!outage) {
			throw failure;
		}
		return new OAuth2AuthorizedClient(due.getClientRegistration(), context.getPrincipal().getName(),
				response.getAccessToken(), response.getRefreshToken());
	}

	private static boolean isOutage(Throwable failure) {
		Throwable current = failure;
		for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
			if (current instanceof IOException
					|| (current instanceof HttpStatusCodeException answer && isOverloaded(answer))) {
				return true;
			}
			current = current.getCause();
		}
		return false;
	}

	private static boolean isOverloaded(HttpStatusCodeException answer) {
		return answer.getStatusCode().is5xxServerError()
				|| answer.getStatusCode().isSameCodeAs(HttpStatus.TOO_MANY_REQUESTS);
	}

}
