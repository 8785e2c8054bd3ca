package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;

/**
 * Keeps the tokens of users in a store that all instances share, without blocking a
 * thread. {@link SharedTokens} says which tokens replace which. Keeps the same records as
 * {@link SharedAuthorizedClientService}, so that servlet and reactive instances share
 * tokens. What that one finds by the thread, this one finds in the Reactor context.
 */
final class ReactiveSharedAuthorizedClientService implements ReactiveOAuth2AuthorizedClientService {

	private final ReactiveClientRegistrationRepository registrations;

	private final ReactiveStateStore store;

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
	ReactiveSharedAuthorizedClientService(ReactiveClientRegistrationRepository registrations, ReactiveStateStore store,
			TokenSealer sealer, Duration ttl, InstantSource clock, TokenLogout.LateTokens late) {
		this.registrations = registrations;
		this.store = store;
		this.tokens = new SharedTokens(sealer, ttl, clock,
				registrations instanceof InMemoryReactiveClientRegistrationRepository);
		this.late = late;
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T extends OAuth2AuthorizedClient> Mono<T> loadAuthorizedClient(String registrationId,
			String principalName) {
		return Mono.deferContextual((context) -> {
			StateKey key = this.tokens.key(registrationId, principalName);
			Optional<TokenLogout> logout = logout(context.getOrEmpty(TokenLogout.class), registrationId, principalName);
			return this.registrations.findByRegistrationId(registrationId)
				.flatMap((registration) -> find(key)
					.doOnNext((found) -> logout.ifPresent((running) -> running.setRecord(found.orElse(null))))
					.flatMap((found) -> Mono
						.justOrEmpty(found.flatMap((record) -> this.tokens.open(key, record, registration))))
					.map((tokens) -> (T) tokens.toClient(registration, principalName)));
		});
	}

	private static Optional<TokenLogout> logout(Optional<TokenLogout> running, String registrationId,
			String principalName) {
		return running.filter((logout) -> logout.isOf(registrationId, principalName));
	}

	private Mono<Optional<byte[]>> find(StateKey key) {
		return this.store.find(key).map(Optional::of).defaultIfEmpty(Optional.empty());
	}

	/**
	 * Saves tokens, unless newer ones are stored, or the user logged out while they were
	 * refreshed. Ends with an {@link IllegalArgumentException} if they are larger than a
	 * store's limit, and with a {@link StateStoreException} if the store did not answer.
	 */
	@Override
	public Mono<Void> saveAuthorizedClient(OAuth2AuthorizedClient client, Authentication principal) {
		return Mono.deferContextual((context) -> {
			Optional<TokenLineage.Notes> notes = context.getOrEmpty(TokenLineage.Notes.class);
			SharedTokens.Save save = this.tokens.save(client, principal,
					(token) -> notes.flatMap((known) -> known.takeAncestors(token)));
			Mono<Optional<byte[]>> stored = save.readsFirst() ? find(save.key()) : Mono.just(Optional.empty());
			return stored.flatMap((found) -> save(save, client, found, 1));
		});
	}

	private Mono<Void> save(SharedTokens.Save save, OAuth2AuthorizedClient client, Optional<byte[]> found,
			int attempt) {
		if (attempt > SharedTokens.ATTEMPTS) {
			return Mono.error(SharedTokens.tooManyAttempts());
		}
		if (found.isEmpty()) {
			return this.store.putIfAbsent(save.key(), save.record(), save.timeToLive())
				.flatMap((stored) -> replace(save, client, stored, attempt));
		}
		return replace(save, client, found.get(), attempt);
	}

	private Mono<Void> replace(SharedTokens.Save save, OAuth2AuthorizedClient client, byte[] stored, int attempt) {
		return switch (save.on(stored)) {
			case KEEP -> Mono.empty();
			case DISCARD -> Mono.fromRunnable(() -> this.late.discard(client));
			case REPLACE -> this.store.replace(save.key(), stored, save.record(), save.timeToLive())
				.flatMap((replaced) -> replaced ? Mono.empty() : save(save, client, Optional.empty(), attempt + 1));
		};
	}

	/**
	 * Removes tokens. While a refusal is handled, removes only those that were refused.
	 * When a user logs out, leaves a note in their place for a while, so that a refresh
	 * that is running does not save them again.
	 */
	@Override
	public Mono<Void> removeAuthorizedClient(String registrationId, String principalName) {
		return Mono.deferContextual((context) -> {
			StateKey key = this.tokens.key(registrationId, principalName);
			Optional<TokenLogout> logout = logout(context.getOrEmpty(TokenLogout.class), registrationId, principalName);
			if (logout.isPresent()) {
				return removeForGood(key, registrationId, principalName, logout.get());
			}
			Optional<String> refused = context.<TokenLineage.Refusal>getOrEmpty(TokenLineage.Refusal.class)
				.flatMap((refusal) -> refusal.token(registrationId, principalName));
			if (refused.isEmpty()) {
				return this.store.take(key).then();
			}
			return this.store.find(key)
				.filter((record) -> this.tokens.isRefused(key, record, refused.get()))
				.flatMap((record) -> this.store.remove(key, record))
				.then();
		});
	}

	private Mono<Void> removeForGood(StateKey key, String registrationId, String principalName, TokenLogout logout) {
		logout.setRemoved(null);
		Mono<Optional<byte[]>> found = logout.record().isPresent() ? Mono.just(logout.record()) : find(key);
		return this.registrations.findByRegistrationId(registrationId)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.flatMap((registration) -> found
				.flatMap((record) -> removeForGood(new Removal(key, registration, principalName, logout), record, 1)));
	}

	private Mono<Void> removeForGood(Removal removal, Optional<byte[]> found, int attempt) {
		StateKey key = removal.key();
		if (found.isEmpty() || this.tokens.isRemoval(key, found.get())) {
			return Mono.empty();
		}
		if (attempt > SharedTokens.ATTEMPTS) {
			return Mono.error(SharedTokens.tooManyAttempts());
		}
		Optional<StoredTokens> tokens = removal.registration()
			.flatMap((registration) -> this.tokens.open(key, found.get(), registration));
		Mono<Boolean> removed = this.tokens.noteInPlaceOf(key, tokens)
			.map((note) -> this.store.replace(key, found.get(), note, SharedTokens.REMOVAL_TTL))
			.orElseGet(() -> this.store.remove(key, found.get()));
		return removed.flatMap((done) -> {
			if (!done) {
				return find(key).flatMap((again) -> removeForGood(removal, again, attempt + 1));
			}
			removal.logout()
				.setRemoved(tokens
					.map((stored) -> stored.toClient(removal.registration().orElseThrow(), removal.principalName()))
					.orElse(null));
			return Mono.empty();
		});
	}

	@Override
	public String toString() {
		return "tokens in " + this.store;
	}

	/**
	 * The removal of tokens whose user logs out.
	 */
	private record Removal(StateKey key, Optional<ClientRegistration> registration, String principalName,
			TokenLogout logout) {
	}

}
