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

/**
 * Keeps the tokens of users in a store, where every instance finds them.
 * <p>
 * Nothing newer is ever overwritten by what is older. A login replaces whatever is there.
 * The result of a refresh replaces only the tokens that it came from, so that who was
 * paused before it saved leaves what others have saved since. Without refresh tokens,
 * what expires later stays, unless the new tokens were obtained in its place.
 * <p>
 * Tokens of another client with the same registration id, as that of another tenant,
 * count as absent. Earlier releases did not write whose tokens they are: such records
 * count only where the app's registrations cannot change, and so have one client for each
 * id.
 */
final class SharedAuthorizedClientService implements OAuth2AuthorizedClientService {

	private static final Log logger = LogFactory.getLog(SharedAuthorizedClientService.class);

	private static final int ATTEMPTS = 10;

	private final ClientRegistrationRepository registrations;

	private final StateStore store;

	private final SealedTokens sealed;

	private final Duration ttl;

	private final InstantSource clock;

	/**
	 * Creates a service.
	 * @param registrations what an authorized client needs besides its tokens
	 * @param store where to keep them
	 * @param sealed makes records of them
	 * @param ttl how long to keep tokens that do not say when they expire
	 * @param clock tells the time
	 */
	SharedAuthorizedClientService(ClientRegistrationRepository registrations, StateStore store, SealedTokens sealed,
			Duration ttl, InstantSource clock) {
		this.registrations = registrations;
		this.store = store;
		this.sealed = sealed;
		this.ttl = ttl;
		this.clock = clock;
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
		return (T) this.store.find(key)
			.flatMap((record) -> open(key, record, registration))
			.map((tokens) -> tokens.toClient(registration, principalName))
			.orElse(null);
	}

	private Optional<StoredTokens> open(StateKey key, byte[] record, ClientRegistration registration) {
		return this.sealed.open(key, record).filter((tokens) -> {
			ClientIdentity client = tokens.client();
			return (client != null) ? client.equals(ClientIdentity.of(registration))
					: this.registrations instanceof InMemoryClientRegistrationRepository;
		});
	}

	/**
	 * Saves tokens, unless what is there is newer.
	 * @throws IllegalArgumentException if they are larger than what a store keeps
	 * @throws StateStoreException if the store did not answer; they may be saved all the
	 * same
	 */
	@Override
	public void saveAuthorizedClient(OAuth2AuthorizedClient client, Authentication principal) {
		Assert.notNull(client, "client is required");
		Assert.notNull(principal, "principal is required");
		StoredTokens saved = StoredTokens.of(client);
		StateKey key = key(client.getClientRegistration().getRegistrationId(), principal.getName());
		Optional<Predicate<StoredTokens>> toKeep = storedToKeep(client, saved);
		byte[] record = this.sealed.seal(key, saved);
		Duration timeToLive = saved.timeToLive(this.clock.instant(), this.ttl);
		// Where tokens are expected, to look first is the cheaper way
		Optional<byte[]> stored = toKeep.isPresent() ? this.store.find(key) : Optional.empty();
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			if (stored.isEmpty()) {
				stored = this.store.putIfAbsent(key, record, timeToLive);
			}
			if (stored.isEmpty() || keepsStored(key, stored.get(), client.getClientRegistration(), toKeep)
					|| this.store.replace(key, stored.get(), record, timeToLive)) {
				return;
			}
			stored = Optional.empty();
		}
		throw new StateStoreException(Reason.REJECTED, "Others save the same user's tokens all the time", null);
	}

	private boolean keepsStored(StateKey key, byte[] stored, ClientRegistration registration,
			Optional<Predicate<StoredTokens>> toKeep) {
		return toKeep.isPresent() && open(key, stored, registration).filter(toKeep.get()).isPresent();
	}

	/**
	 * Tells which stored tokens a save does not replace.
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
		if (stored.hasSameValues(saved)) {
			return !saved.prolong(stored);
		}
		if (newer) {
			logger.debug("Newer tokens are stored already and are kept");
		}
		return newer;
	}

	/**
	 * Tells apart what was obtained independently of each other: without a refresh token,
	 * or with the same one where the provider does not rotate. The instance that saves
	 * last may have been paused. So tokens that expire later count as newer, unless the
	 * other tokens replaced them, or they are about to be replaced.
	 */
	private boolean outlives(StoredTokens stored, StoredTokens saved, Set<String> replaced) {
		return stored.outlives(saved) && !stored.hasAccessTokenAmong(replaced) && !stored.areDue(this.clock.instant());
	}

	/**
	 * Removes tokens. While a refusal is handled, only those that were refused.
	 * @throws StateStoreException if the store did not answer; they may be removed all
	 * the same
	 */
	@Override
	public void removeAuthorizedClient(String registrationId, String principalName) {
		StateKey key = key(registrationId, principalName);
		Optional<Set<String>> refused = TokenLineage.refused(registrationId, principalName).map(Set::of);
		if (refused.isEmpty()) {
			this.store.take(key);
			return;
		}
		Optional<byte[]> there = this.store.find(key);
		if (there.flatMap((record) -> this.sealed.open(key, record))
			.filter((tokens) -> tokens.hasRefreshTokenAmong(refused.get()))
			.isPresent()) {
			this.store.remove(key, there.get());
		}
	}

	private StateKey key(String registrationId, String principalName) {
		Assert.hasText(registrationId, "registrationId is required");
		Assert.hasText(principalName, "principalName is required");
		return this.sealed.key(registrationId, principalName);
	}

	@Override
	public String toString() {
		return "tokens in " + this.store;
	}

}
