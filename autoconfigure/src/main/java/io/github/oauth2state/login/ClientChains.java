package io.github.oauth2state.login;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.util.pattern.PathPattern;

import io.github.oauth2state.web.WebExchange;

/**
 * The filter chains of an app that authorize clients. Such a chain receives the callbacks
 * of logins that other chains started, too. Thread-safe.
 */
public final class ClientChains {

	private final Set<Object> chains = ConcurrentHashMap.newKeySet();

	/**
	 * Adds a filter chain.
	 * @param chain an object that stands for the chain
	 */
	public void add(Object chain) {
		this.chains.add(chain);
	}

	/**
	 * Returns whether no filter chain authorizes clients.
	 * @return whether none does
	 */
	public boolean isEmpty() {
		return this.chains.isEmpty();
	}

	/**
	 * Returns whether a login may be an authorization of a client, which is for the user
	 * who is signed in when it starts. It is not if it comes back to where its own chain
	 * signs users in: the provider then decides who the user is, and the session need not
	 * be loaded. If another chain authorizes clients, the callback may come there.
	 * @param chain an object that stands for the chain where the login starts
	 * @param signInPath the path within the app where that chain signs users in, or
	 * {@code null} if it is not known
	 * @param login the authorization request
	 * @param exchange the request that starts the login
	 * @return whether it may be
	 */
	public boolean mayReceive(Object chain, @Nullable PathPattern signInPath, OAuth2AuthorizationRequest login,
			WebExchange exchange) {
		return !isEmpty() && (signInPath == null || this.chains.stream().anyMatch((other) -> other != chain)
				|| !isSignIn(login, signInPath, exchange));
	}

	private static boolean isSignIn(OAuth2AuthorizationRequest login, PathPattern signInPath, WebExchange exchange) {
		String redirectUri = login.getRedirectUri();
		String path = (redirectUri != null) ? path(redirectUri) : null;
		String contextPath = exchange.contextPath();
		return path != null && path.startsWith(contextPath)
				&& signInPath.matches(PathContainer.parsePath(path.substring(contextPath.length())));
	}

	private static @Nullable String path(String uri) {
		int scheme = uri.indexOf("://");
		int query = uri.indexOf('?');
		int end = (query < 0) ? uri.length() : query;
		int start = (scheme > 0) ? uri.indexOf('/', scheme + "://".length()) : -1;
		// Whatever is encoded may be malformed
		return (start >= 0 && start < end && uri.indexOf('%') < 0) ? uri.substring(start, end) : null;
	}

}
