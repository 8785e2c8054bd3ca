package io.github.oauth2state.tokens;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;

/**
 * The removal of the tokens of one user who logs out, on the current thread or in one
 * subscription. Whether a user logs out, and whether there still were tokens, cannot be
 * passed through {@code removeAuthorizedClient}.
 * <p>
 * With it, tokens that instances share are removed for good: the result of a refresh that
 * is still running is not saved in their place. And if a user logs out twice at the same
 * time, only one of the two learns of the tokens, and revokes them.
 */
public final class TokenLogout implements AutoCloseable {

	private static final ThreadLocal<@Nullable TokenLogout> CURRENT = new ThreadLocal<>();

	private final String registrationId;

	private final String principalName;

	private byte @Nullable [] record;

	private boolean shared;

	private @Nullable OAuth2AuthorizedClient removed;

	private TokenLogout(String registrationId, String principalName) {
		this.registrationId = registrationId;
		this.principalName = principalName;
	}

	/**
	 * Begins a removal, which lasts until it is closed.
	 * @param registrationId the registration whose tokens are removed
	 * @param principalName the user who logs out
	 * @return the removal
	 */
	public static TokenLogout begin(String registrationId, String principalName) {
		TokenLogout logout = unbound(registrationId, principalName);
		CURRENT.set(logout);
		return logout;
	}

	/**
	 * Creates a removal for a reactive app, which puts it into the Reactor context under
	 * its class, and need not close it.
	 * @param registrationId the registration whose tokens are removed
	 * @param principalName the user who logs out
	 * @return the removal
	 */
	public static TokenLogout unbound(String registrationId, String principalName) {
		return new TokenLogout(registrationId, principalName);
	}

	/**
	 * Returns the tokens that were removed.
	 * @param loaded the tokens that were loaded before
	 * @return the tokens, or empty if instances share them and another logout has removed
	 * them
	 */
	public Optional<OAuth2AuthorizedClient> removed(OAuth2AuthorizedClient loaded) {
		return this.shared ? Optional.ofNullable(this.removed) : Optional.of(loaded);
	}

	@Override
	public void close() {
		CURRENT.remove();
	}

	/**
	 * Returns the removal of tokens that is running on this thread.
	 */
	static Optional<TokenLogout> of(String registrationId, String principalName) {
		return Optional.ofNullable(CURRENT.get()).filter((logout) -> logout.isOf(registrationId, principalName));
	}

	boolean isOf(String registrationId, String principalName) {
		return this.registrationId.equals(registrationId) && this.principalName.equals(principalName);
	}

	/**
	 * Keeps the record that was loaded, so that it need not be read again to be removed.
	 */
	void setRecord(byte @Nullable [] record) {
		this.record = record;
	}

	Optional<byte[]> record() {
		return Optional.ofNullable(this.record);
	}

	void setRemoved(@Nullable OAuth2AuthorizedClient removed) {
		this.shared = true;
		this.removed = removed;
	}

	/**
	 * Is told of tokens that nobody keeps, because their user logged out while they were
	 * refreshed.
	 */
	@FunctionalInterface
	public interface LateTokens {

		/**
		 * Handles the tokens.
		 * @param client the tokens
		 */
		void discard(OAuth2AuthorizedClient client);

	}

}
