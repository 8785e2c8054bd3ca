package io.github.oauth2state.login;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * Makes sure that an authorization request comes back as it was written.
 */
final class RoundTrip {

	private RoundTrip() {
	}

	/**
	 * Returns whether nothing in a request can come back different. Other requests have
	 * to be read once more to see it.
	 */
	static boolean isSafe(OAuth2AuthorizationRequest request) {
		return request.getClass() == OAuth2AuthorizationRequest.class && isSafe(request.getAdditionalParameters())
				&& isSafe(request.getAttributes());
	}

	private static boolean isSafe(Map<String, Object> map) {
		for (Object value : map.values()) {
			if (!(value instanceof String || value instanceof Boolean || value instanceof Integer)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Refuses a request that came back different.
	 * @param restored what was read
	 * @param request what was written
	 * @param remedy what the app can do
	 * @throws IllegalArgumentException if they differ
	 */
	static void requireEqual(OAuth2AuthorizationRequest restored, OAuth2AuthorizationRequest request, String remedy) {
		if (!restored.equals(request)) {
			List<String> differing = new ArrayList<>();
			addDiffering(differing, request.getAttributes(), restored.getAttributes());
			addDiffering(differing, request.getAdditionalParameters(), restored.getAdditionalParameters());
			throw new IllegalArgumentException("The authorization request of type %s would not come back equal; "
				.formatted(request.getClass().getName()) + "attributes and parameters that differ: " + differing + "."
					+ remedy);
		}
	}

	private static void addDiffering(List<String> names, Map<String, Object> written, Map<String, Object> restored) {
		written.forEach((name, value) -> {
			if (!Objects.equals(value, restored.get(name))) {
				names.add(name);
			}
		});
	}

}
