package io.github.oauth2state.refresh;

import java.util.function.BiConsumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

import io.github.oauth2state.TokenRefreshStrategy;

/**
 * Tells the strategy which tokens by client credentials are saved and removed, so that it
 * offers none that was removed. Never fails: what is told of has been done already.
 */
final class Removals {

	private static final Log logger = LogFactory.getLog(Removals.class);

	private final TokenRefreshStrategy strategy;

	private final Supplier<@Nullable ClientRegistrationRepository> registrations;

	Removals(TokenRefreshStrategy strategy, Supplier<@Nullable ClientRegistrationRepository> registrations) {
		this.strategy = strategy;
		this.registrations = registrations;
	}

	void saved(OAuth2AuthorizedClient client, String principalName) {
		tell(client.getClientRegistration(), principalName,
				(refresh, singleFlight) -> singleFlight.saved(refresh, client.getAccessToken().getTokenValue()));
	}

	void removed(String registrationId, String principalName) {
		try {
			ClientRegistrationRepository repository = this.registrations.get();
			ClientRegistration registration = (repository != null) ? repository.findByRegistrationId(registrationId)
					: null;
			if (registration != null) {
				tell(registration, principalName, (refresh, singleFlight) -> singleFlight.removed(refresh));
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Tokens that were removed may be offered to others for a while", ex);
		}
	}

	private void tell(ClientRegistration registration, String principalName,
			BiConsumer<GrantedCredentials, SingleFlightRefresh> event) {
		boolean granted = AuthorizationGrantType.CLIENT_CREDENTIALS.equals(registration.getAuthorizationGrantType());
		if (granted && this.strategy instanceof SingleFlightRefresh singleFlight) {
			event.accept(GrantedCredentials.past(registration, principalName), singleFlight);
		}
	}

}
