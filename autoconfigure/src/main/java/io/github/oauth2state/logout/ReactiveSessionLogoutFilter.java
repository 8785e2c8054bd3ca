package io.github.oauth2state.logout;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionManager;
import reactor.core.publisher.Mono;

import io.github.oauth2state.support.SafeLog;

/**
 * Ends the session of a request if there is a mark for it. Follows the filter that makes
 * the user known, and tells others who that is.
 */
final class ReactiveSessionLogoutFilter implements WebFilter {

	private final SafeLog log = new SafeLog(ReactiveSessionLogoutFilter.class);

	private final LogoutServices services;

	private final @Nullable ReactiveLogoutMarks marks;

	private final ReactiveSessionEnd end;

	private final Supplier<@Nullable WebSessionManager> manager;

	/**
	 * The ids of the sessions that requests are ending now.
	 */
	private final Set<String> ending = ConcurrentHashMap.newKeySet();

	/**
	 * Creates a filter.
	 * @param services what all filter chains share
	 * @param marks the marks that sessions look for, or {@code null} if there is an index
	 * @param end ends a session
	 * @param manager knows whether a request has a session
	 */
	ReactiveSessionLogoutFilter(LogoutServices services, @Nullable ReactiveLogoutMarks marks, ReactiveSessionEnd end,
			Supplier<@Nullable WebSessionManager> manager) {
		this.services = services;
		this.marks = marks;
		this.end = end;
		this.manager = manager;
	}

	ReactiveSessionEnd end() {
		return this.end;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (!this.services.isInUse()) {
			return chain.filter(exchange);
		}
		this.end.bindTo(exchange);
		ReactiveWatchedExchange watched = ReactiveWatchedExchange.of(exchange);
		if (watched != null) {
			return Mono.deferContextual((context) -> {
				watched.setUser(authentication().mapNotNull(ProviderSession::signedIn)
					.contextWrite((own) -> own.putAll(context)));
				return chain.filter(exchange);
			});
		}
		if (this.marks == null || hasNoSession(exchange)) {
			return chain.filter(exchange);
		}
		return findMarked(exchange, this.marks).map(Optional::of)
			.onErrorResume((ex) -> Mono.fromRunnable(
					() -> this.log.write((logger) -> logger.debug("It is not known whether a session is to end", ex))))
			.defaultIfEmpty(Optional.empty())
			.flatMap((marked) -> marked.isPresent() ? end(marked.get(), exchange, chain) : chain.filter(exchange));
	}

	/**
	 * Looking for a session would make one.
	 */
	private boolean hasNoSession(ServerWebExchange exchange) {
		return this.manager.get() instanceof DefaultWebSessionManager known
				&& known.getSessionIdResolver().resolveSessionIds(exchange).isEmpty();
	}

	private static Mono<Authentication> authentication() {
		return ReactiveSecurityContextHolder.getContext().mapNotNull(SecurityContext::getAuthentication);
	}

	private Mono<Marked> findMarked(ServerWebExchange exchange, ReactiveLogoutMarks marks) {
		return authentication().flatMap((authentication) -> {
			OidcUser user = ProviderSession.signedIn(authentication);
			if (user == null) {
				return Mono.empty();
			}
			return exchange.getSession()
				.filter((session) -> session.isStarted() && !session.isExpired())
				.flatMap((session) -> find(marks, new ReactiveSession(session), user)
					.map((mark) -> new Marked(mark, session, authentication)));
		});
	}

	private Mono<LogoutMark> find(ReactiveLogoutMarks marks, AppSession session, OidcUser user) {
		OidcUser login = ProviderSession.userOf(session, user);
		Optional<LogoutMark> own = marks.marks().findOwn(login);
		if (own.isPresent() || marks.marks().isPaused() || !this.services.isCheckDue(session)) {
			return Mono.justOrEmpty(own);
		}
		return marks.find(login).switchIfEmpty(Mono.fromRunnable(() -> {
			if (marks.marks().isPaused()) {
				this.services.forgetCheck(session);
			}
		}));
	}

	/**
	 * Ends a session once, though several of its requests find the mark. The request goes
	 * on without a user, unless a logout handler of the app has answered it.
	 */
	private Mono<Void> end(Marked marked, ServerWebExchange exchange, WebFilterChain chain) {
		String id = marked.session.getId();
		if (!this.ending.add(id)) {
			return withoutUser(exchange, chain);
		}
		return this.end.end(new WebFilterExchange(exchange, chain), marked.user)
			.then(Mono.<Void>fromRunnable(() -> this.services.events().publishEnd(marked.mark.kind(), marked.user)))
			.doFinally((signal) -> this.ending.remove(id))
			.then(Mono.defer(() -> exchange.getResponse().isCommitted() ? Mono.empty()
					: withoutUser(withNewSession(exchange), chain)));
	}

	private static Mono<Void> withoutUser(ServerWebExchange exchange, WebFilterChain chain) {
		return chain.filter(exchange)
			.contextWrite((context) -> context.delete(SecurityContext.class).put(ServerWebExchange.class, exchange));
	}

	/**
	 * A request keeps the session that it has loaded. What the app now writes to a
	 * session, such as the page to return to after the next login, needs another one.
	 */
	private ServerWebExchange withNewSession(ServerWebExchange exchange) {
		WebSessionManager known = this.manager.get();
		if (known == null) {
			return exchange;
		}
		Mono<WebSession> session = known.getSession(exchange).cache();
		return new ServerWebExchangeDecorator(exchange) {

			@Override
			public Mono<WebSession> getSession() {
				return session;
			}

		};
	}

	/**
	 * A session that is to end.
	 *
	 * @param mark why
	 * @param session the session
	 * @param user its user
	 */
	private record Marked(LogoutMark mark, WebSession session, Authentication user) {
	}

}
