package io.github.oauth2state.sample;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.web.authentication.logout.LogoutSuccessHandler;
import org.springframework.stereotype.Component;

/**
 * Logout at the provider, which then ends the user's sessions everywhere (OpenID Connect
 * RP-Initiated Logout 1.0). Only some providers have it.
 */
@Component
class ProviderLogout {

	private static final String ENDPOINT = "end_session_endpoint";

	/**
	 * The parameter by which a logout asks for this.
	 */
	private static final String EVERYWHERE = "everywhere";

	private final ClientRegistrationRepository registrations;

	private final LoginLinks links;

	ProviderLogout(ClientRegistrationRepository registrations, LoginLinks links) {
		this.registrations = registrations;
		this.links = links;
	}

	/**
	 * Returns whether users who logged in with a registration can log out at its
	 * provider.
	 * @param registrationId the registration
	 */
	boolean isPossible(String registrationId) {
		ClientRegistration registration = this.registrations.findByRegistrationId(registrationId);
		return registration != null && endpoint(registration).isPresent();
	}

	static boolean isWanted(HttpServletRequest logout) {
		return logout.getParameter(EVERYWHERE) != null;
	}

	/**
	 * Returns what sends users to the provider, and from there to the page about logouts.
	 */
	LogoutSuccessHandler successHandler() {
		OidcClientInitiatedLogoutSuccessHandler handler = new OidcClientInitiatedLogoutSuccessHandler(
				this.registrations);
		handler.setPostLogoutRedirectUri("{baseUrl}" + LogoutController.PAGE);
		handler.setDefaultTargetUrl(LogoutController.PAGE);
		return handler;
	}

	/**
	 * Returns the sites that a logout may lead to.
	 */
	List<String> sites() {
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
