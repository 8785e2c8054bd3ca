package io.github.oauth2state.sample;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.stereotype.Component;

/**
 * Logout at the provider, which then ends the user's sessions everywhere (OpenID Connect
 * RP-Initiated Logout 1.0). Only some providers have it.
 */
@Component
class ProviderLogout {

	private static final String CONTENT_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; "
			+ "connect-src 'self'; img-src 'self'; form-action %s; frame-ancestors 'none'; base-uri 'none'";

	private static final String ENDPOINT = "end_session_endpoint";

	/**
	 * The parameter by which a logout asks for this.
	 */
	static final String EVERYWHERE = "everywhere";

	private final LoginLinks links;

	ProviderLogout(LoginLinks links) {
		this.links = links;
	}

	/**
	 * Returns whether users who logged in with a registration can log out at its
	 * provider.
	 * @param registrationId the registration
	 */
	boolean isPossible(String registrationId) {
		return this.links.find(registrationId).flatMap(ProviderLogout::endpoint).isPresent();
	}

	/**
	 * Returns the content security policy of the pages: nothing but this app's own files,
	 * none of them inline, and no page around this one. Forms lead to this app only, also
	 * by redirects, so a login begins with a link. A logout may lead to the provider.
	 */
	String contentPolicy() {
		List<String> targets = new ArrayList<>(List.of("'self'"));
		targets.addAll(sites());
		return CONTENT_POLICY.formatted(String.join(" ", targets));
	}

	private List<String> sites() {
		return this.links.all()
			.stream()
			.flatMap((registration) -> endpoint(registration).stream())
			.map((endpoint) -> endpoint.getScheme() + "://" + endpoint.getRawAuthority())
			.distinct()
			.toList();
	}

	private static Optional<URI> endpoint(ClientRegistration registration) {
		Object endpoint = registration.getProviderDetails().getConfigurationMetadata().get(ENDPOINT);
		return Optional.ofNullable(endpoint).map(Objects::toString).map(URI::create);
	}

}
