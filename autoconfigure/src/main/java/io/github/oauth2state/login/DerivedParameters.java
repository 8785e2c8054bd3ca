package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;

import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.record.CborValues;
import io.github.oauth2state.record.Sha256;

/**
 * Leaves out of a record the parameters that can be derived from the attributes: the PKCE
 * challenge from the verifier (RFC 7636, section 4.2) and the hashed nonce from the nonce
 * (OpenID Connect Core 1.0, section 15.5.2). Their places are kept, as the order of
 * parameters shows in the authorization request's URI.
 */
final class DerivedParameters {

	private DerivedParameters() {
	}

	/**
	 * Returns what to write of a parameter.
	 */
	static @Nullable Object leaveOut(String name, @Nullable Object value, Map<String, Object> attributes) {
		return (value != null && value.equals(derive(name, attributes))) ? CborValues.DERIVED : value;
	}

	static void putBack(Map<String, @Nullable Object> parameters, Map<String, @Nullable Object> attributes) {
		parameters.replaceAll((name, value) -> (value == CborValues.DERIVED) ? derive(name, attributes) : value);
	}

	private static @Nullable String derive(String name, Map<String, ? extends @Nullable Object> attributes) {
		return switch (name) {
			case PkceParameterNames.CODE_CHALLENGE -> hash(attributes.get(PkceParameterNames.CODE_VERIFIER));
			case PkceParameterNames.CODE_CHALLENGE_METHOD ->
				(attributes.get(PkceParameterNames.CODE_VERIFIER) instanceof String) ? "S256" : null;
			case OidcParameterNames.NONCE -> hash(attributes.get(OidcParameterNames.NONCE));
			default -> null;
		};
	}

	private static @Nullable String hash(@Nullable Object value) {
		return (value instanceof String text)
				? Base64Url.encode(Sha256.digest(text.getBytes(StandardCharsets.US_ASCII))) : null;
	}

}
