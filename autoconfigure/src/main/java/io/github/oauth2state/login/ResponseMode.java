package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;

import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.util.UriUtils;

/**
 * Reads the {@code response_mode} of an authorization request (OAuth 2.0 Multiple
 * Response Type Encoding Practices, section 2.1; OAuth 2.0 Form Post Response Mode).
 */
final class ResponseMode {

	private static final String PARAMETER = "response_mode=";

	private ResponseMode() {
	}

	/**
	 * Tells whether the provider is asked to let the browser post the callback. The URI
	 * that the browser is sent to decides: additional parameters, a customizer of the URI
	 * and the query of the provider's own endpoint all end up there.
	 */
	static boolean isFormPost(OAuth2AuthorizationRequest request) {
		String uri = request.getAuthorizationRequestUri();
		if (uri == null || !uri.contains(PARAMETER)) {
			return false;
		}
		String query = uri.substring(uri.indexOf('?') + 1).split("#", 2)[0];
		for (String parameter : query.split("&", -1)) {
			if (parameter.startsWith(PARAMETER) && "form_post".equals(decode(parameter))) {
				return true;
			}
		}
		return false;
	}

	private static String decode(String parameter) {
		String value = parameter.substring(PARAMETER.length());
		try {
			return UriUtils.decode(value, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return value;
		}
	}

}
