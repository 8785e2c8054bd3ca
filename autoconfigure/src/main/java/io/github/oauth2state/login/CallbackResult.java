package io.github.oauth2state.login;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginOutcome;

/**
 * What the store's answer to a callback amounts to.
 */
public sealed interface CallbackResult {

	/**
	 * The pending login was there.
	 *
	 * @param request its authorization request
	 * @param sinceBegin how long ago it began, as far as clocks agree
	 * @param owner a digest of the name of the user who was signed in when it began, or
	 * {@code null} if nobody was or the record does not say
	 * @param savedRequest the path and query that the user had asked for, or {@code null}
	 * if the record has none
	 */
	record Found(OAuth2AuthorizationRequest request, Duration sinceBegin, @Nullable String owner,
			@Nullable String savedRequest) implements CallbackResult {

		/**
		 * Creates a result of a login that began while nobody was signed in.
		 * @param request its authorization request
		 * @param sinceBegin how long ago it began, as far as clocks agree
		 */
		public Found(OAuth2AuthorizationRequest request, Duration sinceBegin) {
			this(request, sinceBegin, null, null);
		}

		@Override
		public String toString() {
			return "Found[hidden]";
		}

	}

	/**
	 * The pending login was not there, or is unavailable.
	 *
	 * @param outcome why
	 */
	record Lost(LoginOutcome outcome) implements CallbackResult {
	}

}
