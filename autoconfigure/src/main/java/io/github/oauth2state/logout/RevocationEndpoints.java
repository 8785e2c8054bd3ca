package io.github.oauth2state.logout;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;

/**
 * Knows the revocation endpoints of providers: from the app's properties, or from the
 * metadata that a provider publishes (RFC 8414, section 2).
 */
final class RevocationEndpoints {

	private static final String METADATA = "revocation_endpoint";

	private final Map<String, URI> configured;

	/**
	 * Creates an object.
	 * @param configured the endpoints that the app configures, by the id of the
	 * registration
	 */
	RevocationEndpoints(Map<String, URI> configured) {
		this.configured = Map.copyOf(configured);
	}

	/**
	 * Returns the revocation endpoint of a registration's provider, if it is known.
	 */
	Optional<URI> find(ClientRegistration registration) {
		URI own = this.configured.get(registration.getRegistrationId());
		return (own != null) ? Optional.of(own)
				: parse(registration.getProviderDetails().getConfigurationMetadata().get(METADATA));
	}

	/**
	 * Returns the URL of an endpoint, or empty if the value is no such URL.
	 */
	static Optional<URI> parse(@Nullable Object value) {
		try {
			URI uri = URI.create(String.valueOf(value));
			boolean http = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
			return (http && uri.getHost() != null) ? Optional.of(uri) : Optional.empty();
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

}
