package io.github.oauth2state.tokens;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.record.Sha256;

/**
 * Tells newer tokens from older ones: remembers which tokens they were obtained with, and
 * tells when they expire and which client they belong to.
 * <p>
 * Which tokens were obtained with which, and which refresh token the provider has
 * refused, cannot be passed through {@code saveAuthorizedClient} and
 * {@code removeAuthorizedClient}. With that, a thread that was paused while others
 * continued does not overwrite or remove newer tokens than its own. In a servlet app, it
 * is bound to the thread, because Spring Security saves and removes tokens on the thread
 * that refreshed them; in a reactive app, to the subscription, by the Reactor context.
 * Listeners and handlers may use other tokens before that, so notes of several are kept.
 */
public final class TokenLineage {

	/**
	 * How many tokens are remembered for each thread. If tokens are kept in sessions, no
	 * save takes the notes.
	 */
	private static final int MAX_REMEMBERED = 16;

	/**
	 * The life that Spring Security gives to tokens whose life is unknown.
	 */
	private static final Duration UNKNOWN_LIFE = Duration.ofSeconds(1);

	private static final ThreadLocal<Notes> NOTES = ThreadLocal.withInitial(Notes::new);

	private static final ThreadLocal<@Nullable Refusal> REFUSAL = new ThreadLocal<>();

	private TokenLineage() {
	}

	static Notes notes() {
		return NOTES.get();
	}

	/**
	 * Returns when an access token expires. Spring Security gives a life of one second to
	 * a token if the provider does not send {@code expires_in} (RFC 6749, section 5.1),
	 * or sends zero or less.
	 * @param token the token
	 * @return the time, or {@code null} if it is unknown
	 */
	public static @Nullable Instant expiry(OAuth2AccessToken token) {
		Instant issuedAt = token.getIssuedAt();
		Instant expiresAt = token.getExpiresAt();
		if (issuedAt == null || expiresAt == null) {
			return expiresAt;
		}
		return (Duration.between(issuedAt, expiresAt).compareTo(UNKNOWN_LIFE) > 0) ? expiresAt : null;
	}

	/**
	 * Notes that a token was obtained with another one, or in place of it. Later notes
	 * continue earlier ones.
	 * @param before the token that was used or replaced
	 * @param after the new token, or the same one if the provider does not rotate
	 */
	public static void noteDescent(String before, String after) {
		notes().noteDescent(before, after);
	}

	/**
	 * Tells whether a token was obtained with another one on this thread.
	 * @param before the token that may have been used
	 * @param after the token that may have been obtained
	 * @return whether this is known
	 */
	public static boolean isAncestor(String before, String after) {
		return notes().isAncestor(before, after);
	}

	/**
	 * Runs the handler of a refusal, so that it removes no other token of this client
	 * than the refused one.
	 * @param registrationId the registration whose token was refused
	 * @param principalName the user
	 * @param refused the refresh token that the provider has refused
	 * @param handler the handler of the refusal
	 */
	public static void whileRefused(String registrationId, String principalName, String refused, Runnable handler) {
		Refusal outer = REFUSAL.get();
		REFUSAL.set(Refusal.of(registrationId, principalName, refused));
		try {
			handler.run();
		}
		finally {
			REFUSAL.set(outer);
		}
	}

	/**
	 * Returns the digests of the tokens that a token was obtained with on this thread, or
	 * empty if the token comes from a login. Each note is returned once.
	 */
	static Optional<Set<String>> takeAncestors(String token) {
		return notes().takeAncestors(token);
	}

	/**
	 * Returns the digest of the refresh token of a client whose refusal is being handled.
	 */
	static Optional<String> refused(String registrationId, String principalName) {
		return Optional.ofNullable(REFUSAL.get()).flatMap((refusal) -> refusal.token(registrationId, principalName));
	}

	static String digest(String token) {
		return Base64Url.encode(Sha256.digest(token.getBytes(StandardCharsets.UTF_8)));
	}

	/**
	 * The notes of one thread or Reactor context, with digests only. Thread-safe.
	 */
	public static final class Notes {

		private final Map<String, Ancestry> remembered = new LinkedHashMap<>();

		/**
		 * Notes that a token was obtained with another one, or in place of it.
		 * @param before the token that was used or replaced
		 * @param after the new token, or the same one if the provider does not rotate
		 */
		public synchronized void noteDescent(String before, String after) {
			String from = digest(before);
			String to = digest(after);
			Set<String> ancestors = new HashSet<>();
			this.remembered.forEach((token, earlier) -> {
				boolean step = token.equals(from) || earlier.tokens().contains(from);
				if (step && !earlier.tokens().contains(to)) {
					ancestors.addAll(earlier.tokens());
					ancestors.add(token);
				}
			});
			ancestors.remove(to);
			ancestors.add(from);
			Ancestry noted = this.remembered.remove(to);
			this.remembered.put(to, new Ancestry(Set.copyOf(ancestors), (noted != null) ? noted.saves() + 1 : 1));
			if (this.remembered.size() > MAX_REMEMBERED) {
				this.remembered.remove(this.remembered.keySet().iterator().next());
			}
		}

		/**
		 * Tells whether it was noted that a token was obtained with another one.
		 * @param before the token that may have been used
		 * @param after the token that may have been obtained
		 * @return whether it was
		 */
		public synchronized boolean isAncestor(String before, String after) {
			Ancestry ancestry = this.remembered.get(digest(after));
			return ancestry != null && !before.equals(after) && ancestry.tokens().contains(digest(before));
		}

		synchronized Optional<Set<String>> takeAncestors(String token) {
			String digest = digest(token);
			Ancestry ancestry = this.remembered.remove(digest);
			if (ancestry != null && ancestry.saves() > 1) {
				this.remembered.put(digest, new Ancestry(ancestry.tokens(), ancestry.saves() - 1));
			}
			else if (ancestry != null) {
				this.remembered.keySet().removeAll(ancestry.tokens());
			}
			return Optional.ofNullable(ancestry).map(Ancestry::tokens);
		}

	}

	/**
	 * The digests of the tokens that a token was obtained with, and how many saves may
	 * take them: a listener that refreshes the same tokens saves them, too.
	 */
	private record Ancestry(Set<String> tokens, int saves) {
	}

	/**
	 * A refusal that is being handled. Reactive apps find it in the Reactor context.
	 *
	 * @param registrationId the registration
	 * @param principalName the user
	 * @param token the digest of the refused token
	 */
	public record Refusal(String registrationId, String principalName, String token) {

		/**
		 * Describes a refusal, with a digest of the token only.
		 * @param registrationId the registration whose token was refused
		 * @param principalName the user
		 * @param refused the refresh token that the provider has refused
		 * @return the refusal
		 */
		public static Refusal of(String registrationId, String principalName, String refused) {
			return new Refusal(registrationId, principalName, digest(refused));
		}

		Optional<String> token(String registrationId, String principalName) {
			boolean same = this.registrationId.equals(registrationId) && this.principalName.equals(principalName);
			return same ? Optional.of(this.token) : Optional.empty();
		}

	}

	/**
	 * Tells clients apart that have the same registration id, as those of an app's
	 * tenants may.
	 *
	 * @param registrationId the registration id
	 * @param clientId the client id
	 * @param tokenUri where its tokens come from
	 */
	public record ClientIdentity(String registrationId, String clientId, String tokenUri) {

		/**
		 * Returns the identity of a client.
		 * @param registration its registration
		 * @return its identity
		 */
		public static ClientIdentity of(ClientRegistration registration) {
			return new ClientIdentity(registration.getRegistrationId(),
					Objects.requireNonNullElse(registration.getClientId(), ""),
					Objects.requireNonNullElse(registration.getProviderDetails().getTokenUri(), ""));
		}

	}

}
