package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.InstantSource;
import java.util.stream.StreamSupport;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.SynchronousStore;

/**
 * The stacks, which keep tokens in the same way.
 */
enum TokensStack {

	SERVLET,

	REACTIVE;

	OAuth2AuthorizedClientService service(ClientRegistrationRepository registrations, StateStore store,
			TokenSealer sealer, InstantSource clock, TokenLogout.LateTokens late) {
		Duration ttl = Duration.ofDays(30);
		return (this == SERVLET) ? new SharedAuthorizedClientService(registrations, store, sealer, ttl, clock, late)
				: new Waiting(new ReactiveSharedAuthorizedClientService(reactive(registrations),
						new SynchronousStore(store), sealer, ttl, clock, late));
	}

	private static ReactiveClientRegistrationRepository reactive(ClientRegistrationRepository registrations) {
		if (registrations instanceof InMemoryClientRegistrationRepository inMemory) {
			ClientRegistration[] all = StreamSupport.stream(inMemory.spliterator(), false)
				.toArray(ClientRegistration[]::new);
			return new InMemoryReactiveClientRegistrationRepository(all);
		}
		return (id) -> Mono.fromCallable(() -> registrations.findByRegistrationId(id));
	}

	/**
	 * Waits for what a reactive service does, and gives it in the Reactor context what a
	 * servlet app knows by the thread.
	 */
	private record Waiting(ReactiveOAuth2AuthorizedClientService service) implements OAuth2AuthorizedClientService {

		@Override
		@SuppressWarnings("TypeParameterUnusedInFormals")
		public <T extends OAuth2AuthorizedClient> T loadAuthorizedClient(String registrationId, String principalName) {
			return this.service.<T>loadAuthorizedClient(registrationId, principalName)
				.contextWrite((context) -> ofThread(context, registrationId, principalName))
				.block();
		}

		@Override
		public void saveAuthorizedClient(OAuth2AuthorizedClient client, Authentication principal) {
			this.service.saveAuthorizedClient(client, principal)
				.contextWrite((context) -> context.put(TokenLineage.Notes.class, TokenLineage.notes()))
				.block();
		}

		@Override
		public void removeAuthorizedClient(String registrationId, String principalName) {
			this.service.removeAuthorizedClient(registrationId, principalName)
				.contextWrite((context) -> ofThread(context, registrationId, principalName))
				.block();
		}

		private static Context ofThread(Context context, String registrationId, String principalName) {
			return context
				.putNonNull(TokenLineage.Refusal.class,
						TokenLineage.refused(registrationId, principalName)
							.map((token) -> new TokenLineage.Refusal(registrationId, principalName, token))
							.orElse(null))
				.putNonNull(TokenLogout.class, TokenLogout.of(registrationId, principalName).orElse(null));
		}

		@Override
		public String toString() {
			return this.service.toString();
		}

	}

}
