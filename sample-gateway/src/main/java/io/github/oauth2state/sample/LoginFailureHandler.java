package io.github.oauth2state.sample;

import org.springframework.http.HttpStatus;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/**
 * Answers a login that failed with the error page, and without a redirect, as the request
 * knows the reference by which the log names this login. No session is made for it.
 */
class LoginFailureHandler implements ServerAuthenticationFailureHandler {

	private final Advice notFound;

	/**
	 * Creates a handler.
	 * @param notFound what to say where there is no pending login for a callback
	 */
	LoginFailureHandler(Advice notFound) {
		this.notFound = notFound;
	}

	@Override
	public Mono<Void> onAuthenticationFailure(WebFilterExchange exchange, AuthenticationException exception) {
		String code = (exception instanceof OAuth2AuthenticationException ex) ? ex.getError().getErrorCode() : "";
		exchange.getExchange().getAttributes().put(Advice.ATTRIBUTE, Advice.ofLogin(code, this.notFound));
		return Mono.error(new ResponseStatusException(HttpStatus.UNAUTHORIZED));
	}

}
