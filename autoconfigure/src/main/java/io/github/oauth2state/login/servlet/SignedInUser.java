package io.github.oauth2state.login.servlet;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.util.pattern.PathPattern;

import io.github.oauth2state.login.CallbackCheck;

/**
 * The signed-in user, for whom an authorization of a client is.
 */
final class SignedInUser {

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final @Nullable Supplier<SecurityContextHolderStrategy> securityContexts;

	private volatile @Nullable PathPattern signInPath;

	/**
	 * Creates an instance for a filter chain.
	 * @param securityContexts returns what holds the user, or {@code null} if the filter
	 * chain authorizes no clients
	 */
	SignedInUser(@Nullable Supplier<SecurityContextHolderStrategy> securityContexts) {
		this.securityContexts = securityContexts;
	}

	/**
	 * Sets the path where users are signed in. A login that comes back there is for
	 * nobody in particular. Without a path, each login is for the user.
	 */
	void setSignInPath(@Nullable PathPattern path) {
		this.signInPath = path;
	}

	/**
	 * Returns the name of the user for whom a login starts, as {@link #name()} returns
	 * it, or {@code null} if the login is for nobody in particular.
	 */
	@Nullable String name(OAuth2AuthorizationRequest login, ServletExchange exchange) {
		PathPattern path = this.signInPath;
		return (path != null && CallbackCheck.isSignIn(login, path, exchange)) ? null : name();
	}

	/**
	 * Returns the name of the user, or {@code null} if nobody is signed in or the name is
	 * not needed.
	 */
	@Nullable String name() {
		if (this.securityContexts == null) {
			return null;
		}
		Authentication authentication = this.securityContexts.get().getContext().getAuthentication();
		return this.trust.isAuthenticated(authentication) ? CallbackCheck.userName(authentication) : null;
	}

}
