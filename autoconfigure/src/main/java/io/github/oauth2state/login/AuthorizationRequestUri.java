package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.web.util.UriUtils;

/**
 * Assembles the URI of an authorization request from its parts (RFC 6749, section 4.1.1).
 * Spring Security's builder does so too, by parsing and encoding it, which takes longer
 * than everything else that is done for a record. A login whose URI is not the one that
 * is assembled here keeps its own in its record.
 */
final class AuthorizationRequestUri {

	/**
	 * Enough for most.
	 */
	private static final int CAPACITY = 512;

	/**
	 * The ASCII characters that stay as they are in a parameter of a query (RFC 3986,
	 * section 3.4).
	 */
	private static final boolean[] UNENCODED = unencoded();

	private static final HexFormat HEX = HexFormat.of().withUpperCase();

	private final StringBuilder uri = new StringBuilder(CAPACITY);

	private AuthorizationRequestUri() {
	}

	/**
	 * Returns whether the URI of a request is the one that is assembled of its parts.
	 */
	static boolean isAssembled(OAuth2AuthorizationRequest request) {
		AuthorizationRequestUri uri = of(request.getAuthorizationUri(), request.getClientId(), request.getScopes(),
				request.getState(), request.getRedirectUri());
		request.getAdditionalParameters().forEach(uri::add);
		return request.getAuthorizationRequestUri().contentEquals(uri.uri);
	}

	/**
	 * Assembles a URI that lacks the additional parameters.
	 */
	static AuthorizationRequestUri of(String authorizationUri, String clientId, Set<String> scopes,
			@Nullable String state, @Nullable String redirectUri) {
		AuthorizationRequestUri uri = new AuthorizationRequestUri();
		uri.uri.append(authorizationUri)
			.append((authorizationUri.indexOf('?') < 0) ? '?' : '&')
			.append(OAuth2ParameterNames.RESPONSE_TYPE)
			.append("=code");
		uri.add(OAuth2ParameterNames.CLIENT_ID, clientId);
		if (!scopes.isEmpty()) {
			uri.add(OAuth2ParameterNames.SCOPE, String.join(" ", scopes));
		}
		if (state != null) {
			uri.add(OAuth2ParameterNames.STATE, state);
		}
		if (redirectUri != null) {
			uri.add(OAuth2ParameterNames.REDIRECT_URI, redirectUri);
		}
		return uri;
	}

	void add(String name, @Nullable Object value) {
		this.uri.append('&');
		appendEncoded(name);
		this.uri.append('=');
		appendEncoded(String.valueOf(value));
	}

	private void appendEncoded(String text) {
		int start = this.uri.length();
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c >= UNENCODED.length) {
				this.uri.setLength(start);
				this.uri.append(UriUtils.encodeQueryParam(text, StandardCharsets.UTF_8));
				return;
			}
			if (UNENCODED[c]) {
				this.uri.append(c);
			}
			else {
				this.uri.append('%').append(HEX.toHighHexDigit(c)).append(HEX.toLowHexDigit(c));
			}
		}
	}

	@Override
	public String toString() {
		return this.uri.toString();
	}

	private static boolean[] unencoded() {
		boolean[] unencoded = new boolean[128];
		for (char c : "-._~:/?@!$'()*+,;".toCharArray()) {
			unencoded[c] = true;
		}
		Arrays.fill(unencoded, '0', '9' + 1, true);
		Arrays.fill(unencoded, 'A', 'Z' + 1, true);
		Arrays.fill(unencoded, 'a', 'z' + 1, true);
		return unencoded;
	}

}
