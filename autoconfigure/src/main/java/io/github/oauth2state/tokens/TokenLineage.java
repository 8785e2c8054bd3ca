package io.github.oauth2state.tokens;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Tells the keeper of tokens what {@code saveAuthorizedClient} and
 * {@code removeAuthorizedClient} cannot: which refresh tokens a new one was obtained
 * with, and which one the provider has refused. With that, whoever was paused while
 * others went on does not overwrite or remove what is newer than its own.
 * <p>
 * Bound to the thread, because Spring Security saves and removes on the thread that
 * refreshed. Holds digests only.
 */
public final class TokenLineage {

	private static final ThreadLocal<@Nullable Descent> DESCENT = new ThreadLocal<>();

	private static final ThreadLocal<@Nullable String> REFUSED = new ThreadLocal<>();

	private TokenLineage() {
	}

	/**
	 * Notes that a refresh token was obtained with another one. Steps that follow each
	 * other add up.
	 * @param before the refresh token that was used
	 * @param after the refresh token that came back, the same one where the provider does
	 * not rotate
	 */
	public static void descends(String before, String after) {
		Descent earlier = DESCENT.get();
		Set<String> ancestors = new HashSet<>();
		ancestors.add(digest(before));
		if (earlier != null && earlier.includes(digest(before))) {
			ancestors.addAll(earlier.ancestors());
			ancestors.add(earlier.token());
		}

		DESCENT.set(new Descent(digest(after), Set.copyOf(ancestors)));
	}

	/**
	 * Forgets what was noted, as something else begins on this thread.
	 */
	public static void forget() {
		DESCENT.remove();
	}

	/**
	 * Runs what handles a refusal, so that it removes no other token than the refused
	 * one.
	 * @param refused the refresh token that the provider has refused
	 * @param handler what handles it
	 */
	public static void whileRefused(String refused, Runnable handler) {
		REFUSED.set(digest(refused));
		try {
			handler.run();
		}
		finally {
			REFUSED.remove();
		}
	}

	/**
	 * Returns the digests of the refresh tokens that one was obtained with on this
	 * thread, and forgets them.
	 * @param refreshToken the token
	 * @return digests, or empty if it came by no refresh, which is to say by a login
	 */
	static Optional<Set<String>> takeAncestors(String refreshToken) {
		Descent descent = DESCENT.get();
		if (descent == null || !descent.token().equals(digest(refreshToken))) {
			return Optional.empty();
		}
		DESCENT.remove();
		return Optional.of(descent.ancestors());
	}

	/**
	 * Returns the digest of the refresh token whose refusal is being handled.
	 */
	static Optional<String> refused() {
		return Optional.ofNullable(REFUSED.get());
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

	private record Descent(String token, Set<String> ancestors) {

		boolean includes(String digest) {
			return this.token.equals(digest) || this.ancestors.contains(digest);
		}

	}

}
