package io.github.oauth2state.login.reactive;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.util.pattern.PathPattern;
import reactor.core.publisher.Mono;

import io.github.oauth2state.login.CallbackCheck;

/**
 * The signed-in user, for whom an authorization of a client is.
 */
final class ReactiveSignedInUser {

	private static final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final boolean needed;

	private volatile @Nullable PathPattern signInPath;

	/**
	 * Creates an instance for a filter chain.
	 * @param needed whether the chain authorizes clients
	 */
	ReactiveSignedInUser(boolean needed) {
		this.needed = needed;
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
	 * it, or empty if the login is for nobody in particular.
	 */
	Mono<String> name(OAuth2AuthorizationRequest login, ReactiveExchange exchange) {
		PathPattern path = this.signInPath;
		return (path != null && CallbackCheck.isSignIn(login, path, exchange)) ? Mono.empty() : name();
	}

	/**
	 * Returns the name of the user, or empty if nobody is signed in or the name is not
	 * needed.
	 */
	Mono<String> name() {
		return this.needed ? authentication().mapNotNull(CallbackCheck::userName) : Mono.empty();
	}

	/**
	 * Returns the user who is signed in, or empty if nobody is.
	 */
	static Mono<Authentication> authentication() {
		return ReactiveSecurityContextHolder.getContext()
			.mapNotNull(SecurityContext::getAuthentication)
			.filter(trust::isAuthenticated);
	}

}
