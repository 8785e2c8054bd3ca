package io.github.oauth2state.login.reactive;

import java.net.URI;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.web.server.savedrequest.ServerRequestCache;
import org.springframework.security.web.server.savedrequest.WebSessionServerRequestCache;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LoginServices;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Keeps the page that a user asked for with the pending login, so that it is found where
 * the login is finished: first in a cookie, then in the sealed record, and in the session
 * again when the callback comes, where Spring Security and apps look for it.
 * <p>
 * It replaces a cache in the session. A request that the cache does not save is not kept.
 * Pages are saved in the session too, unless {@link #avoidSessions} is called, as filters
 * and pages of the app may look for them there before the user is signed in.
 */
final class ReactiveSavedRequests implements ServerRequestCache {

	private final WebSessionServerRequestCache sessions;

	private final ServerWebExchangeMatcher saved;

	private final AuxiliaryCookies cookies;

	private final Rollout rollout;

	private final boolean custom;

	private volatile boolean sessionsAvoided;

	/**
	 * Creates a cache.
	 * @param sessions the cache that it replaces
	 * @param saved matches the requests which that cache saves
	 * @param custom whether code of the app may look for a page in that cache before the
	 * user is signed in
	 */
	ReactiveSavedRequests(WebSessionServerRequestCache sessions, ServerWebExchangeMatcher saved, boolean custom,
			LoginServices services) {
		this.sessions = sessions;
		this.saved = saved;
		this.custom = custom;
		this.cookies = services.logins().cookies();
		this.rollout = services.rollout();
	}

	/**
	 * Saves pages in no session from now on, as nothing but Spring Security looks for
	 * them before the user is signed in.
	 */
	void avoidSessions() {
		this.sessionsAvoided = !this.custom;
	}

	@Override
	public Mono<Void> saveRequest(ServerWebExchange exchange) {
		return Mono
			.defer(() -> this.rollout.mayRollOut()
					? this.saved.matches(exchange)
						.filter(ServerWebExchangeMatcher.MatchResult::isMatch)
						.flatMap((match) -> save(new ReactiveExchange(exchange)))
					: this.sessions.saveRequest(exchange));
	}

	private Mono<Void> save(ReactiveExchange exchange) {
		BrowserRequest browser = exchange.browser();
		boolean navigation = exchange.isNavigation() && !exchange.isPrefetch();
		boolean kept = navigation && this.cookies.savePage(browser).map((cookie) -> {
			exchange.addCookies(List.of(cookie));
			LoginNote.of(exchange).setSavedPage(browser.path());
			return cookie;
		}).isPresent();
		if (!kept && navigation) {
			// An older page must not come before this request
			exchange.addCookies(this.cookies.clearPage(browser));
		}
		if (!kept || !this.sessionsAvoided) {
			return this.sessions.saveRequest(exchange.exchange());
		}
		return exchange.exchange()
			.getSession()
			.filter(WebSession::isStarted)
			.flatMap((session) -> this.sessions.saveRequest(exchange.exchange()));
	}

	/**
	 * Returns the page to keep with a login that starts, or {@code null}.
	 */
	@Nullable String page(ReactiveExchange exchange) {
		String page = LoginNote.of(exchange).savedPage();
		String kept = (page != null) ? page : this.cookies.savedPage(exchange.browser());
		return (kept != null && kept.startsWith(exchange.contextPath() + "/")) ? kept : null;
	}

	/**
	 * Puts a page into the session, unless the session has one. It is saved as the
	 * request of a browser that goes to it: code and state of the callback must not get
	 * into the session. A page that cannot be requested here is left out: a servlet
	 * instance also accepts paths that are not valid URIs, and an instance may have
	 * another base path.
	 */
	Mono<Void> restore(String page, ReactiveExchange exchange) {
		ServerHttpRequest request;
		try {
			request = exchange.exchange()
				.getRequest()
				.mutate()
				.method(HttpMethod.GET)
				.uri(URI.create(page))
				.headers((headers) -> headers.set(HttpHeaders.ACCEPT, MediaType.TEXT_HTML_VALUE))
				.build();
		}
		catch (IllegalArgumentException ex) {
			return Mono.empty();
		}
		return this.sessions.getRedirectUri(exchange.exchange())
			.hasElement()
			.flatMap((present) -> present ? Mono.empty()
					: this.sessions.saveRequest(exchange.exchange().mutate().request(request).build()));
	}

	@Override
	public Mono<URI> getRedirectUri(ServerWebExchange exchange) {
		return this.sessions.getRedirectUri(exchange);
	}

	@Override
	public Mono<ServerHttpRequest> removeMatchingRequest(ServerWebExchange exchange) {
		return this.sessions.removeMatchingRequest(exchange);
	}

}
