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
import io.github.oauth2state.login.ClientChains;

/**
 * The signed-in user, for whom an authorization of a client is.
 */
final class SignedInUser {

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final Supplier<SecurityContextHolderStrategy> securityContexts;

	private final @Nullable ClientChains clients;

	private volatile @Nullable PathPattern signInPath;

	/**
	 * Creates an instance for a filter chain.
	 * @param securityContexts returns what holds the user
	 * @param clients the filter chains that authorize clients, or {@code null} if each
	 * login is for the user
	 */
	SignedInUser(Supplier<SecurityContextHolderStrategy> securityContexts, @Nullable ClientChains clients) {
		this.securityContexts = securityContexts;
		this.clients = clients;
	}

	/**
	 * Sets the path where the filter chain signs users in.
	 */
	void setSignInPath(PathPattern path) {
		this.signInPath = path;
	}

	/**
	 * Returns the name of the user for whom a login starts, as {@link #name()} returns
	 * it, or {@code null} if the login is for nobody in particular.
	 */
	@Nullable String name(OAuth2AuthorizationRequest login, ServletExchange exchange) {
		return (this.clients == null || this.clients.mayReceive(this, this.signInPath, login, exchange)) ? name()
				: null;
	}

	/**
	 * Returns the name of the user, or {@code null} if nobody is signed in.
	 */
	@Nullable String name() {
		Authentication authentication = this.securityContexts.get().getContext().getAuthentication();
		return this.trust.isAuthenticated(authentication) ? CallbackCheck.userName(authentication) : null;
	}

}
