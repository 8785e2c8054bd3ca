package io.github.oauth2state.login.reactive;

import java.util.List;

import org.springframework.http.ResponseCookie;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.login.LoginNote;

/**
 * Counts how often a browser was signed in by a session, until the app knows the user. If
 * the page after a login does not know the session, it sends the user to log in again,
 * and so on. After three logins in a row no other starts.
 * <p>
 * The filter that ends the count is on every filter chain, after all filters that sign
 * users in: pages and scripts may be on another chain than the login, and know users by
 * something else than a session.
 */
final class SignInCountWebFilter implements WebFilter {

	private final AuxiliaryCookies cookies;

	SignInCountWebFilter(AuxiliaryCookies cookies) {
		this.cookies = cookies;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		boolean mayHaveCount = exchange.getRequest()
			.getCookies()
			.keySet()
			.stream()
			.anyMatch(this.cookies::mayCountSignIns);
		return mayHaveCount ? endCount(new ReactiveExchange(exchange)).then(Mono.defer(() -> chain.filter(exchange)))
				: chain.filter(exchange);
	}

	private Mono<Void> endCount(ReactiveExchange exchange) {
		List<ResponseCookie> cleared = this.cookies.clearSignIns(exchange.browser());
		if (cleared.isEmpty() || exchange.isPrefetch()) {
			return Mono.empty();
		}
		return ReactiveSignedInUser.authentication().doOnNext((authentication) -> {
			LoginNote.of(exchange).setSignedIn();
			exchange.addCookies(cleared);
		}).then();
	}

	/**
	 * Counts that a login signed the user in by a session. Call it just before the answer
	 * is written.
	 */
	Mono<Void> countSignIn(ReactiveExchange exchange) {
		LoginNote.Taken taken = LoginNote.of(exchange).taken();
		if (taken == null || taken.path() == LoginPath.SESSION || taken.kind() != LoginNote.Kind.LOGIN) {
			return Mono.empty();
		}
		return exchange.exchange()
			.getSession()
			.filter((session) -> session.getAttributes()
				.containsKey(WebSessionServerSecurityContextRepository.DEFAULT_SPRING_SECURITY_CONTEXT_ATTR_NAME))
			.doOnNext((session) -> exchange.exchange()
				.getResponse()
				.addCookie(this.cookies.countSignIn(exchange.browser())))
			.then();
	}

}
