package io.github.oauth2state.login;

import java.time.Duration;

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
	 */
	record Found(OAuth2AuthorizationRequest request, Duration sinceBegin) implements CallbackResult {

		@Override
		public String toString() {
			return "Found[hidden]";
		}

	}

	/**
	 * The pending login was not there, or could not be had.
	 *
	 * @param outcome why
	 */
	record Lost(LoginOutcome outcome) implements CallbackResult {
	}

}
