package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.util.Assert;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

/**
 * Decides which tokens of users are kept and removed in a store that all instances share.
 * Makes no calls of the store, so that servlet and reactive apps share it.
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
final class SharedTokens {

	private static final Log logger = LogFactory.getLog(SharedTokens.class);

	/**
	 * How often a call tries again if other requests change the same record.
	 */
	static final int ATTEMPTS = 10;

	/**
	 * Longer than any request takes that refreshes tokens.
	 */
	static final Duration REMOVAL_TTL = Duration.ofMinutes(10);

	private final TokenSealer sealer;

	private final Duration ttl;

	private final InstantSource clock;

	private final boolean oneClientForEachId;

	/**
	 * Creates an object.
	 * @param sealer seals and opens records of tokens
	 * @param ttl how long to keep tokens whose life is unknown
	 * @param clock tells the time
	 * @param oneClientForEachId whether the app's registrations cannot change
	 */
	SharedTokens(TokenSealer sealer, Duration ttl, InstantSource clock, boolean oneClientForEachId) {
		this.sealer = sealer;
		this.ttl = ttl;
		this.clock = clock;
		this.oneClientForEachId = oneClientForEachId;
	}

	StateKey key(String registrationId, String principalName) {
		Assert.hasText(registrationId, "registrationId is required");
		Assert.hasText(principalName, "principalName is required");
		return this.sealer.key(registrationId, principalName);
	}

	Optional<StoredTokens> open(StateKey key, byte[] record, ClientRegistration registration) {
		return this.sealer.open(key, record).filter((tokens) -> {
			ClientIdentity client = tokens.client();
			return (client != null) ? client.equals(ClientIdentity.of(registration)) : this.oneClientForEachId;
		});
	}

	/**
	 * Returns whether a record holds the refresh token that the provider has refused.
	 * @param refused the digest of the refresh token
	 */
	boolean isRefused(StateKey key, byte[] record, String refused) {
		return this.sealer.open(key, record)
			.filter((tokens) -> tokens.hasRefreshTokenAmong(Set.of(refused)))
			.isPresent();
	}

	/**
	 * Returns whether a record is the note of a removal.
	 */
	boolean isRemoval(StateKey key, byte[] record) {
		return this.sealer.isRemoval(key, record);
	}

	/**
	 * Returns the note to leave in place of tokens that are removed because their user
	 * logs out, or empty if the record can be removed: without a refresh token, no
	 * refresh can be running.
	 */
	Optional<byte[]> noteInPlaceOf(StateKey key, Optional<StoredTokens> tokens) {
		return tokens.filter((stored) -> stored.refreshToken() != null).map((stored) -> this.sealer.sealRemoval(key));
	}

	/**
	 * Prepares a save.
	 * @param client the tokens
	 * @param principal whose tokens they are
	 * @param takeAncestors returns which tokens a token was obtained with, as
	 * {@link TokenLineage#takeAncestors}
	 * @throws IllegalArgumentException if the tokens are larger than a store's limit
	 */
	Save save(OAuth2AuthorizedClient client, Authentication principal,
			Function<String, Optional<Set<String>>> takeAncestors) {
		Assert.notNull(client, "client is required");
		Assert.notNull(principal, "principal is required");
		StoredTokens saved = StoredTokens.of(client);
		StateKey key = key(client.getClientRegistration().getRegistrationId(), principal.getName());
		return new Save(key, this.sealer.seal(key, saved), saved.timeToLive(this.clock.instant(), this.ttl),
				client.getClientRegistration(), storedToKeep(client, saved, takeAncestors));
	}

	/**
	 * Returns which stored tokens a save does not replace.
	 * @return the condition, or empty for a login, which replaces all tokens
	 */
	private Optional<Predicate<StoredTokens>> storedToKeep(OAuth2AuthorizedClient client, StoredTokens saved,
			Function<String, Optional<Set<String>>> takeAncestors) {
		Set<String> replaced = takeAncestors.apply(saved.accessToken().getTokenValue()).orElseGet(Set::of);
		if (saved.refreshToken() == null) {
			boolean login = AuthorizationGrantType.AUTHORIZATION_CODE
				.equals(client.getClientRegistration().getAuthorizationGrantType());
			return login ? Optional.empty()
					: Optional.of((stored) -> isKept(stored, saved, outlives(stored, saved, replaced)));
		}
		return takeAncestors.apply(saved.refreshToken().getTokenValue())
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

	static StateStoreException tooManyAttempts() {
		return new StateStoreException(Reason.REJECTED, "Other requests save the same user's tokens all the time",
				null);
	}

	/**
	 * A save of tokens.
	 */
	final class Save {

		private final StateKey key;

		private final byte[] record;

		private final Duration timeToLive;

		private final ClientRegistration registration;

		private final Optional<Predicate<StoredTokens>> toKeep;

		private Save(StateKey key, byte[] record, Duration timeToLive, ClientRegistration registration,
				Optional<Predicate<StoredTokens>> toKeep) {
			this.key = key;
			this.record = record;
			this.timeToLive = timeToLive;
			this.registration = registration;
			this.toKeep = toKeep;
		}

		StateKey key() {
			return this.key;
		}

		byte[] record() {
			return this.record;
		}

		Duration timeToLive() {
			return this.timeToLive;
		}

		/**
		 * Returns whether tokens are expected to be stored. If they are, reading them
		 * first costs less.
		 */
		boolean readsFirst() {
			return this.toKeep.isPresent();
		}

		/**
		 * Decides whether to replace a stored record.
		 */
		Verdict on(byte[] stored) {
			if (this.toKeep.isEmpty()) {
				return Verdict.REPLACE;
			}
			if (isRemoval(this.key, stored)) {
				logger.debug("Tokens are not saved, because their user logged out while they were refreshed");
				return Verdict.DISCARD;
			}
			if (open(this.key, stored, this.registration).filter(this.toKeep.get()).isPresent()) {
				logger.debug("The stored tokens are kept, because they are the same or newer");
				return Verdict.KEEP;
			}
			return Verdict.REPLACE;
		}

	}

	/**
	 * What a save does about a stored record.
	 */
	enum Verdict {

		/** Replaces it. */
		REPLACE,

		/** Keeps it, because its tokens are the same or newer. */
		KEEP,

		/** Gives up the tokens, because their user has logged out. */
		DISCARD

	}

}
