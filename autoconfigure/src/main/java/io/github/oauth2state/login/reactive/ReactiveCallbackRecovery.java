package io.github.oauth2state.login.reactive;

import java.net.URI;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.DefaultServerRedirectStrategy;
import org.springframework.security.web.server.ServerRedirectStrategy;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.ServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.savedrequest.ServerRequestCache;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.login.ErrorPage;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LostLoginException;

/**
 * Answers a callback whose pending login is gone: the user gets to the page that they
 * asked for, or the login starts anew, rather than ending on an error page. No answer
 * creates a session. WebFlux itself deletes the cookie of a session that it does not
 * know, as it does for any other request.
 */
final class ReactiveCallbackRecovery {

	private final ServerRedirectStrategy redirects = new DefaultServerRedirectStrategy();

	private final boolean enabled;

	private final ServerRequestCache requestCache;

	private final @Nullable ServerAuthenticationSuccessHandler redirect;

	/**
	 * Creates a recovery.
	 * @param enabled whether to recover callbacks
	 * @param requestCache keeps the pages that users asked for
	 * @param redirect the success handler that the app has set, if it only redirects
	 */
	ReactiveCallbackRecovery(boolean enabled, ServerRequestCache requestCache,
			@Nullable ServerAuthenticationSuccessHandler redirect) {
		this.enabled = enabled;
		this.requestCache = requestCache;
		this.redirect = redirect;
	}

	/**
	 * Answers a callback. If recovery is off, the app's error page answers. That is for
	 * the filter for clients, which cannot go on without the login that it has loaded.
	 */
	Mono<Void> recover(ReactiveExchange exchange, LostLoginException lost) {
		if (exchange.isCommitted()) {
			return Mono.error(lost);
		}
		if (!this.enabled) {
			return Mono.error(new ResponseStatusException((lost.outcome() == LoginOutcome.STORE_ERROR)
					? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.BAD_REQUEST));
		}
		return ReactiveSignedInUser.authentication().singleOptional().flatMap((user) -> {
			if (user.isPresent() && lost.kind() == LoginNote.Kind.LOGIN) {
				return redirectSignedIn(exchange, user.get());
			}
			return lost.canStartAnew(exchange) ? startAnew(exchange, lost)
					: redirect(exchange, LostLoginException.pathWithoutParameters(exchange));
		});
	}

	private static Mono<Void> startAnew(ReactiveExchange exchange, LostLoginException lost) {
		Optional<ResponseCookie> counted = lost.callback().countRestart();
		String path = lost.callback().restartPath();
		if (counted.isPresent()) {
			exchange.addCookies(List.of(counted.get()));
			exchange.redirect(path);
			return Mono.empty();
		}
		return exchange.write(ErrorPage.NOT_COMPLETED.answer(exchange, path, lost.callback().correlationId()));
	}

	/**
	 * Redirects a user whom another request has signed in. A success handler of the app's
	 * own is not called: it was called for that request, and may do more than redirect.
	 */
	private Mono<Void> redirectSignedIn(ReactiveExchange exchange, Authentication user) {
		return (this.redirect != null)
				? this.redirect
					.onAuthenticationSuccess(new WebFilterExchange(exchange.exchange(), (same) -> Mono.empty()), user)
				: redirect(exchange, exchange.contextPath() + "/");
	}

	/**
	 * Redirects the user to the request that was saved for them, or else to the given
	 * path in this app.
	 */
	private Mono<Void> redirect(ReactiveExchange exchange, String otherwise) {
		return this.requestCache.getRedirectUri(exchange.exchange()).singleOptional().flatMap((saved) -> {
			if (saved.isPresent()) {
				URI uri = saved.get();
				return this.redirects.sendRedirect(exchange.exchange(), uri);
			}
			exchange.redirect(otherwise);
			return Mono.empty();
		});
	}

}
