package io.github.oauth2state.authorizationserver;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;

import io.github.oauth2state.CodeType;

/**
 * The errors that clients and browsers get for a code that cannot be used, in the types
 * that the server's endpoints expect: the failure handler of the authorization endpoint
 * casts.
 */
final class CodeErrors {

	private static final String AUTHORIZATION_ERRORS = "https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.2.1";

	private CodeErrors() {
	}

	/**
	 * Returns the error for a code that another request has used. It is the one that the
	 * server itself gives for a code that it does not know.
	 */
	static OAuth2AuthenticationException used(CodeType type) {
		return switch (type) {
			case CONSENT -> invalidRequest(OAuth2ParameterNames.STATE);
			case PUSHED_REQUEST -> invalidRequest(OAuth2ParameterNames.REQUEST_URI);
			default -> new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_GRANT);
		};
	}

	/**
	 * Not redirected to the client, which has got or gets the answer to the request that
	 * came first.
	 */
	private static OAuth2AuthenticationException invalidRequest(String parameter) {
		return new OAuth2AuthorizationCodeRequestAuthenticationException(new OAuth2Error(
				OAuth2ErrorCodes.INVALID_REQUEST, "OAuth 2.0 Parameter: " + parameter, AUTHORIZATION_ERRORS), null);
	}

	/**
	 * Returns the error for a code that cannot be checked, as the store does not answer.
	 * @param tokenType what the server asks for
	 * @param authorization the authorization that the code belongs to, if it was found
	 * @param cause why the store did not answer
	 */
	static OAuth2AuthenticationException unavailable(String tokenType, @Nullable OAuth2Authorization authorization,
			RuntimeException cause) {
		OAuth2Error error = new OAuth2Error(OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE,
				"The server cannot tell whether the code was used. Try again later.", AUTHORIZATION_ERRORS);
		return OAuth2ParameterNames.STATE.equals(tokenType)
				? new OAuth2AuthorizationCodeRequestAuthenticationException(error, cause, request(authorization))
				: new OAuth2AuthenticationException(error, cause);
	}

	/**
	 * Returns the request of the client, which the error is redirected to. The server has
	 * checked its redirect URI.
	 */
	private static @Nullable OAuth2AuthorizationCodeRequestAuthenticationToken request(
			@Nullable OAuth2Authorization authorization) {
		if (authorization == null
				|| !AuthorizationGrantType.AUTHORIZATION_CODE.equals(authorization.getAuthorizationGrantType())) {
			return null;
		}
		OAuth2AuthorizationRequest request = authorization.getAttribute(OAuth2AuthorizationRequest.class.getName());
		Authentication user = authorization.getAttribute(Principal.class.getName());
		Authentication principal = (user != null) ? user : SecurityContextHolder.getContext().getAuthentication();
		return (request == null || principal == null) ? null
				: new OAuth2AuthorizationCodeRequestAuthenticationToken(request.getAuthorizationUri(),
						request.getClientId(), principal, request.getRedirectUri(), request.getState(),
						request.getScopes(), request.getAdditionalParameters());
	}

}
