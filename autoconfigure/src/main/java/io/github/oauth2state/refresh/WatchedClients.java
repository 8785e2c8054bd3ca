package io.github.oauth2state.refresh;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;

/**
 * Tells of each removal of tokens, by the app or by a failure handler, after it was made.
 */
final class WatchedClients implements OAuth2AuthorizedClientService {

	private final OAuth2AuthorizedClientService delegate;

	private final Supplier<Removals> removals;

	WatchedClients(OAuth2AuthorizedClientService delegate, Supplier<Removals> removals) {
		this.delegate = delegate;
		this.removals = removals;
	}

	static @Nullable OAuth2AuthorizedClientService unwrap(@Nullable OAuth2AuthorizedClientService clients) {
		return (clients instanceof WatchedClients watched) ? watched.delegate : clients;
	}

	@Override
	@SuppressWarnings("TypeParameterUnusedInFormals")
	public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(String clientRegistrationId,
			String principalName) {
		return this.delegate.loadAuthorizedClient(clientRegistrationId, principalName);
	}

	@Override
	public void saveAuthorizedClient(OAuth2AuthorizedClient authorizedClient, Authentication principal) {
		this.delegate.saveAuthorizedClient(authorizedClient, principal);
	}

	@Override
	public void removeAuthorizedClient(String clientRegistrationId, String principalName) {
		this.delegate.removeAuthorizedClient(clientRegistrationId, principalName);
		this.removals.get().removed(clientRegistrationId, principalName);
	}

	@Override
	public String toString() {
		return this.delegate.toString();
	}

}
