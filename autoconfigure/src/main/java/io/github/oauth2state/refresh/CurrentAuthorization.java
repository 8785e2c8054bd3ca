package io.github.oauth2state.refresh;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.tokens.ClientIdentity;

/**
 * What Spring Security is authorizing on this thread: the request for tokens itself does
 * not say for whom it is.
 *
 * @param context what is authorized
 * @param early whether the tokens have not been due yet
 * @param keptByName whether the manager keeps the tokens of everybody by name, and not
 * those of visitors by session
 * @param refreshed what a refresh gave, once it did
 */
record CurrentAuthorization(OAuth2AuthorizationContext context, boolean early, boolean keptByName,
		AtomicReference<@Nullable OAuth2AccessTokenResponse> refreshed) {

	private static final ThreadLocal<@Nullable CurrentAuthorization> CURRENT = new ThreadLocal<>();

	private static final AuthenticationTrustResolver TRUST = new AuthenticationTrustResolverImpl();

	CurrentAuthorization(OAuth2AuthorizationContext context, boolean early, boolean keptByName) {
		this(context, early, keptByName, new AtomicReference<>());
	}

	/**
	 * Returns the authorization that wants tokens of a registration. A listener or a
	 * token client may want those of another one meanwhile, by a manager that does not
	 * tell for whom.
	 */
	static @Nullable CurrentAuthorization of(ClientRegistration registration) {
		CurrentAuthorization current = CURRENT.get();
		boolean same = current != null
				&& ClientIdentity.of(current.context().getClientRegistration()).equals(ClientIdentity.of(registration));
		return same ? current : null;
	}

	Authentication principal() {
		return this.context.getPrincipal();
	}

	/**
	 * Tells whether the user is somebody: the clients of all others are kept in their
	 * sessions, though all have the same name.
	 */
	boolean isSignedIn() {
		return !TRUST.isAnonymous(principal()) && principal().isAuthenticated();
	}

	/**
	 * Returns the name by which the tokens are kept, or {@code null} if they are kept by
	 * session, or if it is not valid Unicode and would look like another one in a key.
	 */
	@Nullable String keptBy() {
		String name = principal().getName();
		boolean kept = (this.keptByName || isSignedIn()) && StandardCharsets.UTF_8.newEncoder().canEncode(name);
		return kept ? name : null;
	}

	<T extends @Nullable Object> T call(Supplier<T> action) {
		CurrentAuthorization outer = CURRENT.get();
		CURRENT.set(this);
		try {
			return action.get();
		}
		finally {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		}
	}

}
