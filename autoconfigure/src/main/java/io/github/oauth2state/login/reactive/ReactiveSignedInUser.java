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
import io.github.oauth2state.login.ClientChains;

/**
 * The signed-in user, for whom an authorization of a client is.
 */
final class ReactiveSignedInUser {

	private static final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final @Nullable ClientChains clients;

	private volatile @Nullable PathPattern signInPath;

	/**
	 * Creates an instance for a filter chain.
	 * @param clients the filter chains that authorize clients, or {@code null} if each
	 * login is for the user
	 */
	ReactiveSignedInUser(@Nullable ClientChains clients) {
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
	 * it, or empty if the login is for nobody in particular.
	 */
	Mono<String> name(OAuth2AuthorizationRequest login, ReactiveExchange exchange) {
		return (this.clients == null || this.clients.mayReceive(this, this.signInPath, login, exchange)) ? name()
				: Mono.empty();
	}

	/**
	 * Returns the name of the user, or empty if nobody is signed in.
	 */
	Mono<String> name() {
		return authentication().mapNotNull(CallbackCheck::userName);
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
