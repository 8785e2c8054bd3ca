package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.util.Assert;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

/**
 * Keeps the tokens of users in a store that all instances share.
 * <p>
 * Older tokens never overwrite newer ones. A login replaces all stored tokens. The result
 * of a refresh replaces only the tokens that it was obtained with, so an instance that
 * was paused before it saved does not overwrite what others have saved since. Without
 * refresh tokens, tokens that expire later are kept, unless the new tokens were obtained
 * in their place.
 * <p>
 * Tokens of another client with the same registration id, such as that of another tenant,
 * count as absent. Earlier releases did not write which client tokens belong to. Their
 * records count only if the app's registrations cannot change, and so have one client for
 * each id.
 */
final class SharedAuthorizedClientService implements OAuth2AuthorizedClientService {

	private static final Log logger = LogFactory.getLog(SharedAuthorizedClientService.class);

	private static final int ATTEMPTS = 10;

	/**
	 * Longer than any request takes that refreshes tokens.
	 */
	static final Duration REMOVAL_TTL = Duration.ofMinutes(10);

	private final ClientRegistrationRepository registrations;

	private final StateStore store;

	private final TokenSealer sealer;

	private final Duration ttl;

	private final InstantSource clock;

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
		this.sealer = sealer;
		this.ttl = ttl;
		this.clock = clock;
		this.late = late;
	}

	@Override
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(String registrationId,
			String principalName) {
		StateKey key = key(registrationId, principalName);
		ClientRegistration registration = this.registrations.findByRegistrationId(registrationId);
		if (registration == null) {
			return null;
		}
		Optional<byte[]> found = this.store.find(key);
		TokenLogout.of(registrationId, principalName).ifPresent((logout) -> logout.setRecord(found.orElse(null)));
		return (T) found.flatMap((record) -> open(key, record, registration))
			.map((tokens) -> tokens.toClient(registration, principalName))
			.orElse(null);
	}

	private Optional<StoredTokens> open(StateKey key, byte[] record, ClientRegistration registration) {
		return this.sealer.open(key, record).filter((tokens) -> {
			ClientIdentity client = tokens.client();
			return (client != null) ? client.equals(ClientIdentity.of(registration))
					: this.registrations instanceof InMemoryClientRegistrationRepository;
		});
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
		Assert.notNull(client, "client is required");
		Assert.notNull(principal, "principal is required");
		StoredTokens saved = StoredTokens.of(client);
		StateKey key = key(client.getClientRegistration().getRegistrationId(), principal.getName());
		Optional<Predicate<StoredTokens>> toKeep = storedToKeep(client, saved);
		byte[] record = this.sealer.seal(key, saved);
		Duration timeToLive = saved.timeToLive(this.clock.instant(), this.ttl);
		// If tokens are expected to be stored, reading them first costs less
		Optional<byte[]> stored = toKeep.isPresent() ? this.store.find(key) : Optional.empty();
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			if (stored.isEmpty()) {
				stored = this.store.putIfAbsent(key, record, timeToLive);
			}
			if (stored.isEmpty()) {
				return;
			}
			if (toKeep.isPresent() && this.sealer.isRemoval(key, stored.get())) {
				logger.debug("Tokens are not saved, because their user logged out while they were refreshed");
				this.late.discard(client);
				return;
			}
			if (isStoredToKeep(key, stored.get(), client.getClientRegistration(), toKeep)) {
				logger.debug("The stored tokens are kept, because they are the same or newer");
				return;
			}
			if (this.store.replace(key, stored.get(), record, timeToLive)) {
				return;
			}
			stored = Optional.empty();
		}
		throw new StateStoreException(Reason.REJECTED, "Other requests save the same user's tokens all the time", null);
	}

	private boolean isStoredToKeep(StateKey key, byte[] stored, ClientRegistration registration,
			Optional<Predicate<StoredTokens>> toKeep) {
		return toKeep.isPresent() && open(key, stored, registration).filter(toKeep.get()).isPresent();
	}

	/**
	 * Returns which stored tokens a save does not replace.
	 * @return the condition, or empty for a login, which replaces all tokens
	 */
	private Optional<Predicate<StoredTokens>> storedToKeep(OAuth2AuthorizedClient client, StoredTokens saved) {
		Set<String> replaced = TokenLineage.takeAncestors(saved.accessToken().getTokenValue()).orElseGet(Set::of);
		if (saved.refreshToken() == null) {
			boolean login = AuthorizationGrantType.AUTHORIZATION_CODE
				.equals(client.getClientRegistration().getAuthorizationGrantType());
			return login ? Optional.empty()
					: Optional.of((stored) -> isKept(stored, saved, outlives(stored, saved, replaced)));
		}
		return TokenLineage.takeAncestors(saved.refreshToken().getTokenValue())
			.map((ancestors) -> (stored) -> isKept(stored, saved, !stored.hasRefreshTokenAmong(ancestors)
					|| (stored.hasSameRefreshToken(saved) && outlives(stored, saved, replaced))));
	}

	private static boolean isKept(StoredTokens stored, StoredTokens saved, boolean newer) {
		return stored.hasSameValues(saved) ? !saved.prolongs(stored) : newer;
	}

	/**
	 * Compares tokens that were obtained independently of each other: without a refresh
	 * token, or with the same one if the provider does not rotate. The instance that
	 * saves last may have been paused. So tokens that expire later count as newer, unless
	 * the other tokens replaced them, or they are about to be replaced.
	 */
	private boolean outlives(StoredTokens stored, StoredTokens saved, Set<String> replaced) {
		return stored.outlives(saved) && !stored.hasAccessTokenAmong(replaced) && !stored.isDue(this.clock.instant());
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
		StateKey key = key(registrationId, principalName);
		Optional<TokenLogout> logout = TokenLogout.of(registrationId, principalName);
		if (logout.isPresent()) {
			removeForGood(key, registrationId, principalName, logout.get());
			return;
		}
		Optional<Set<String>> refused = TokenLineage.refused(registrationId, principalName).map(Set::of);
		if (refused.isEmpty()) {
			this.store.take(key);
			return;
		}
		Optional<byte[]> stored = this.store.find(key);
		if (stored.flatMap((record) -> this.sealer.open(key, record))
			.filter((tokens) -> tokens.hasRefreshTokenAmong(refused.get()))
			.isPresent()) {
			this.store.remove(key, stored.get());
		}
	}

	private void removeForGood(StateKey key, String registrationId, String principalName, TokenLogout logout) {
		logout.setRemoved(null);
		ClientRegistration registration = this.registrations.findByRegistrationId(registrationId);
		Optional<byte[]> found = logout.record().or(() -> this.store.find(key));
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			if (found.isEmpty() || this.sealer.isRemoval(key, found.get())) {
				return;
			}
			Optional<StoredTokens> tokens = (registration != null) ? open(key, found.get(), registration)
					: Optional.empty();
			// Without a refresh token, no refresh can be running
			boolean removed = tokens.filter((stored) -> stored.refreshToken() != null).isPresent()
					? this.store.replace(key, found.get(), this.sealer.sealRemoval(key), REMOVAL_TTL)
					: this.store.remove(key, found.get());
			if (removed) {
				logout.setRemoved(tokens.map((stored) -> stored.toClient(registration, principalName)).orElse(null));
				return;
			}
			found = this.store.find(key);
		}
		throw new StateStoreException(Reason.REJECTED, "Other requests save the same user's tokens all the time", null);
	}

	private StateKey key(String registrationId, String principalName) {
		Assert.hasText(registrationId, "registrationId is required");
		Assert.hasText(principalName, "principalName is required");
		return this.sealer.key(registrationId, principalName);
	}

	@Override
	public String toString() {
		return "tokens in " + this.store;
	}

}
