package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;

import io.github.oauth2state.record.CborValues;

/**
 * Leaves out of a record the parameters that can be derived from the attributes: the PKCE
 * challenge from the verifier (RFC 7636, section 4.2) and the hashed nonce from the nonce
 * (OpenID Connect Core 1.0, section 15.5.2). Their places are kept, as the order of
 * parameters shows in the authorization request's URI.
 */
final class DerivedParameters {

	private DerivedParameters() {
	}

	static Map<String, @Nullable Object> leaveOut(Map<String, Object> parameters, Map<String, Object> attributes) {
		Map<String, String> derived = derive(attributes);
		Map<String, @Nullable Object> remaining = new LinkedHashMap<>(parameters);
		remaining.replaceAll(
				(name, value) -> (value != null && value.equals(derived.get(name))) ? CborValues.DERIVED : value);
		return remaining;
	}

	static void putBack(Map<String, @Nullable Object> parameters, Map<String, @Nullable Object> attributes) {
		Map<String, String> derived = derive(attributes);
		parameters.replaceAll((name, value) -> (value == CborValues.DERIVED) ? derived.get(name) : value);
	}

	private static Map<String, String> derive(Map<String, ? extends @Nullable Object> attributes) {
		Map<String, String> derived = new HashMap<>();
		if (attributes.get(PkceParameterNames.CODE_VERIFIER) instanceof String verifier) {
			derived.put(PkceParameterNames.CODE_CHALLENGE, hash(verifier));
			derived.put(PkceParameterNames.CODE_CHALLENGE_METHOD, "S256");
		}
		if (attributes.get(OidcParameterNames.NONCE) instanceof String nonce) {
			derived.put(OidcParameterNames.NONCE, hash(nonce));
		}
		return derived;
	}

	private static String hash(String value) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.US_ASCII));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
