package io.github.oauth2state.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.security.web.reactive.result.view.CsrfRequestDataValueProcessor;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Lets the forms of the pages have the token that protects them.
 */
@ControllerAdvice
class CsrfToForms {

	@ModelAttribute(CsrfRequestDataValueProcessor.DEFAULT_CSRF_ATTR_NAME)
	@Nullable Mono<CsrfToken> token(ServerWebExchange exchange) {
		return exchange.getAttribute(CsrfToken.class.getName());
	}

}
