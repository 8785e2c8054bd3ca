package io.github.oauth2state.tokens;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Tells the keeper of tokens what {@code saveAuthorizedClient} and
 * {@code removeAuthorizedClient} cannot: which tokens the new ones were obtained with,
 * and which refresh token the provider has refused. With that, a thread that was paused
 * while others went on does not overwrite or remove what is newer than its own.
 * <p>
 * Bound to the thread, because Spring Security saves and removes on the thread that
 * refreshed. Listeners, user services and handlers may use other tokens on the same
 * thread before that, so what is noted of one token stays when others are noted. Holds
 * digests only.
 */
public final class TokenLineage {

	/**
	 * How many tokens are remembered for each thread. Where tokens are kept in sessions,
	 * nobody asks for them.
	 */
	private static final int MAX_REMEMBERED = 16;

	private static final ThreadLocal<Map<String, Ancestry>> ANCESTRIES = ThreadLocal.withInitial(LinkedHashMap::new);

	private static final ThreadLocal<@Nullable Refusal> REFUSAL = new ThreadLocal<>();

	private TokenLineage() {
	}

	/**
	 * Notes that a token was obtained with another one, or in place of it. Steps that
	 * follow each other add up.
	 * @param before the token that was used or replaced
	 * @param after the token that came back, the same one where the provider does not
	 * rotate
	 */
	public static void descends(String before, String after) {
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
	 * @param after the token that may have come back
	 * @return whether it is known to be so
	 */
	public static boolean isAncestor(String before, String after) {
		Ancestry ancestry = ANCESTRIES.get().get(digest(after));
		return ancestry != null && !before.equals(after) && ancestry.tokens().contains(digest(before));
	}

	/**
	 * Runs what handles a refusal, so that it removes no other token of this client than
	 * the refused one.
	 * @param registrationId the registration whose token was refused
	 * @param principalName the user
	 * @param refused the refresh token that the provider has refused
	 * @param handler what handles it
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
	 * Returns the digests of the tokens that one was obtained with on this thread, once
	 * for each time that this was noted.
	 * @param token the token
	 * @return digests, or empty if it came by no refresh, which is to say by a login
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
	 * What a token came from.
	 *
	 * @param tokens digests
	 * @param saves how many saves may ask for it: a listener that refreshes the same
	 * tokens saves them, too
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

}
