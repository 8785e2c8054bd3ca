package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * Keeps the tokens of users in a store that all instances share. {@link SharedTokens}
 * says which tokens replace which.
 */
final class SharedAuthorizedClientService implements OAuth2AuthorizedClientService {

	private final ClientRegistrationRepository registrations;

	private final StateStore store;

	private final SharedTokens tokens;

	private final TokenLogout.LateTokens late;

	/**
	 * Creates a service.
	 * @param registrations the registrations of the app
	 * @param store the store
	 * @param sealer seals and opens records of tokens
	 * @param ttl how long to keep tokens whose life is unknown
	 * @param clock tells the time
	 * @param late is told of tokens whose user logged out while they were refreshed
	 */
	SharedAuthorizedClientService(ClientRegistrationRepository registrations, StateStore store, TokenSealer sealer,
			Duration ttl, InstantSource clock, TokenLogout.LateTokens late) {
		this.registrations = registrations;
		this.store = store;
		this.tokens = new SharedTokens(sealer, ttl, clock,
				registrations instanceof InMemoryClientRegistrationRepository);
		this.late = late;
	}

	@Override
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(String registrationId,
			String principalName) {
		StateKey key = this.tokens.key(registrationId, principalName);
		ClientRegistration registration = this.registrations.findByRegistrationId(registrationId);
		if (registration == null) {
			return null;
		}
		Optional<byte[]> found = this.store.find(key);
		TokenLogout.of(registrationId, principalName).ifPresent((logout) -> logout.setRecord(found.orElse(null)));
		return (T) found.flatMap((record) -> this.tokens.open(key, record, registration))
			.map((tokens) -> tokens.toClient(registration, principalName))
			.orElse(null);
	}

	/**
	 * Saves tokens, unless newer ones are stored, or the user logged out while they were
	 * refreshed.
	 * @throws IllegalArgumentException if they are larger than a store's limit
	 * @throws StateStoreException if the store did not answer; they may be saved
	 * nevertheless
	 */
	@Override
	public void saveAuthorizedClient(OAuth2AuthorizedClient client, Authentication principal) {
		SharedTokens.Save save = this.tokens.save(client, principal, TokenLineage::takeAncestors);
		Optional<byte[]> stored = save.readsFirst() ? this.store.find(save.key()) : Optional.empty();
		for (int attempt = 0; attempt < SharedTokens.ATTEMPTS; attempt++) {
			if (stored.isEmpty()) {
				stored = this.store.putIfAbsent(save.key(), save.record(), save.timeToLive());
			}
			if (stored.isEmpty()) {
				return;
			}
			SharedTokens.Verdict verdict = save.on(stored.get());
			if (verdict == SharedTokens.Verdict.DISCARD) {
				this.late.discard(client);
			}
			if (verdict != SharedTokens.Verdict.REPLACE
					|| this.store.replace(save.key(), stored.get(), save.record(), save.timeToLive())) {
				return;
			}
			stored = Optional.empty();
		}
		throw SharedTokens.tooManyAttempts();
	}

	/**
	 * Removes tokens. While a refusal is handled, removes only those that were refused.
	 * When a user logs out, leaves a note in their place for a while, so that a refresh
	 * that is running does not save them again.
	 * @throws StateStoreException if the store did not answer; they may be removed
	 * nevertheless
	 */
	@Override
	public void removeAuthorizedClient(String registrationId, String principalName) {
		StateKey key = this.tokens.key(registrationId, principalName);
		Optional<TokenLogout> logout = TokenLogout.of(registrationId, principalName);
		if (logout.isPresent()) {
			removeForGood(key, registrationId, principalName, logout.get());
			return;
		}
		Optional<String> refused = TokenLineage.refused(registrationId, principalName);
		if (refused.isEmpty()) {
			this.store.take(key);
			return;
		}
		this.store.find(key)
			.filter((record) -> this.tokens.isRefused(key, record, refused.get()))
			.ifPresent((record) -> this.store.remove(key, record));
	}

	private void removeForGood(StateKey key, String registrationId, String principalName, TokenLogout logout) {
		logout.setRemoved(null);
		ClientRegistration registration = this.registrations.findByRegistrationId(registrationId);
		Optional<byte[]> found = logout.record().or(() -> this.store.find(key));
		for (int attempt = 0; attempt < SharedTokens.ATTEMPTS; attempt++) {
			if (found.isEmpty() || this.tokens.isRemoval(key, found.get())) {
				return;
			}
			Optional<StoredTokens> tokens = (registration != null) ? this.tokens.open(key, found.get(), registration)
					: Optional.empty();
			Optional<byte[]> note = this.tokens.noteInPlaceOf(key, tokens);
			boolean removed = note.isPresent()
					? this.store.replace(key, found.get(), note.get(), SharedTokens.REMOVAL_TTL)
					: this.store.remove(key, found.get());
			if (removed) {
				logout.setRemoved(tokens.map((stored) -> stored.toClient(registration, principalName)).orElse(null));
				return;
			}
			found = this.store.find(key);
		}
		throw SharedTokens.tooManyAttempts();
	}

	@Override
	public String toString() {
		return "tokens in " + this.store;
	}

}
