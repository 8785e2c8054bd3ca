package io.github.oauth2state.tokens;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

/**
 * Tells newer tokens from older ones: remembers which tokens they were obtained with, and
 * tells when they expire and which client they belong to.
 * <p>
 * Which tokens were obtained with which, and which refresh token the provider has
 * refused, cannot be passed through {@code saveAuthorizedClient} and
 * {@code removeAuthorizedClient}. With that, a thread that was paused while others
 * continued does not overwrite or remove newer tokens than its own. It is bound to the
 * thread, because Spring Security saves and removes tokens on the thread that refreshed
 * them. Listeners, user services and handlers may use other tokens on the same thread
 * before that, so notes of several tokens are kept. They hold digests only.
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

	private static final ThreadLocal<Map<String, Ancestry>> ANCESTRIES = ThreadLocal.withInitial(LinkedHashMap::new);

	private static final ThreadLocal<@Nullable Refusal> REFUSAL = new ThreadLocal<>();

	private TokenLineage() {
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
		Map<String, Ancestry> remembered = ANCESTRIES.get();
		String from = digest(before);
		String to = digest(after);
		Set<String> ancestors = new HashSet<>();
		remembered.forEach((token, earlier) -> {
			boolean step = token.equals(from) || earlier.tokens().contains(from);
			if (step && !earlier.tokens().contains(to)) {
				ancestors.addAll(earlier.tokens());
				ancestors.add(token);
			}
		});
		ancestors.remove(to);
		ancestors.add(from);
		Ancestry noted = remembered.remove(to);
		remembered.put(to, new Ancestry(Set.copyOf(ancestors), (noted != null) ? noted.saves() + 1 : 1));
		if (remembered.size() > MAX_REMEMBERED) {
			remembered.remove(remembered.keySet().iterator().next());
		}
	}

	/**
	 * Tells whether a token was obtained with another one on this thread.
	 * @param before the token that may have been used
	 * @param after the token that may have been obtained
	 * @return whether this is known
	 */
	public static boolean isAncestor(String before, String after) {
		Ancestry ancestry = ANCESTRIES.get().get(digest(after));
		return ancestry != null && !before.equals(after) && ancestry.tokens().contains(digest(before));
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
		REFUSAL.set(new Refusal(registrationId, principalName, digest(refused)));
		try {
			handler.run();
		}
		finally {
			REFUSAL.set(outer);
			if (outer == null) {
				REFUSAL.remove();
			}
		}
	}

	/**
	 * Returns the digests of the tokens that a token was obtained with on this thread.
	 * Each note is returned once.
	 * @param token the token
	 * @return digests, or empty if the token comes from a login
	 */
	static Optional<Set<String>> takeAncestors(String token) {
		Map<String, Ancestry> remembered = ANCESTRIES.get();
		String digest = digest(token);
		Ancestry ancestry = remembered.remove(digest);
		if (ancestry == null) {
			return Optional.empty();
		}
		if (ancestry.saves() > 1) {
			remembered.put(digest, new Ancestry(ancestry.tokens(), ancestry.saves() - 1));
		}
		else {
			remembered.keySet().removeAll(ancestry.tokens());
		}
		return Optional.of(ancestry.tokens());
	}

	/**
	 * Returns the digest of the refresh token of a client whose refusal is being handled.
	 */
	static Optional<String> refused(String registrationId, String principalName) {
		Refusal refusal = REFUSAL.get();
		boolean same = refusal != null && refusal.registrationId().equals(registrationId)
				&& refusal.principalName().equals(principalName);
		return same ? Optional.of(refusal.token()) : Optional.empty();
	}

	static String digest(String token) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * The tokens that a token was obtained with.
	 *
	 * @param tokens their digests
	 * @param saves how many saves may take it: a listener that refreshes the same tokens
	 * saves them, too
	 */
	private record Ancestry(Set<String> tokens, int saves) {
	}

	/**
	 * A refusal that is being handled.
	 *
	 * @param registrationId the registration
	 * @param principalName the user
	 * @param token the digest of the refused token
	 */
	private record Refusal(String registrationId, String principalName, String token) {
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
