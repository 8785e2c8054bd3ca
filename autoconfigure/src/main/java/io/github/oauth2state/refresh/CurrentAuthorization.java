package io.github.oauth2state.refresh;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;

import io.github.oauth2state.tokens.TokenLineage;

/**
 * What Spring Security is authorizing on this thread: the request for tokens itself does
 * not say for whom it is.
 *
 * @param principal the user
 * @param early whether the tokens have not been due yet
 */
record CurrentAuthorization(Authentication principal, boolean early) {

	private static final ThreadLocal<@Nullable CurrentAuthorization> CURRENT = new ThreadLocal<>();

	private static final AuthenticationTrustResolver TRUST = new AuthenticationTrustResolverImpl();

	static @Nullable CurrentAuthorization get() {
		return CURRENT.get();
	}

	/**
	 * Tells whether the user is somebody: the clients of all others are kept in their
	 * sessions, though all have the same name.
	 */
	boolean isSignedIn() {
		return !TRUST.isAnonymous(this.principal) && this.principal.isAuthenticated();
	}

	<T extends @Nullable Object> T call(Supplier<T> action) {
		CurrentAuthorization outer = CURRENT.get();
		CURRENT.set(this);
		TokenLineage.forget();
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
