package io.github.oauth2state.logout;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;

/**
 * Answers for Spring Security's filter for logout tokens, as {@link LogoutTokenFilter}
 * does in servlet apps. Does nothing in a filter chain that takes no logout tokens.
 */
final class ReactiveLogoutTokenFilter implements WebFilter {

	private static final ServerWebExchangeMatcher TOKENS = new PathPatternParserServerWebExchangeMatcher(
			LogoutTokenAnswer.PATH, HttpMethod.POST);

	private final Function<String, Mono<ClientRegistration>> registrations;

	private final LogoutEventPublisher events;

	private volatile boolean active;

	/**
	 * Creates a filter.
	 * @param registrations finds a client registration by its id
	 * @param events tells what happens
	 */
	ReactiveLogoutTokenFilter(Function<String, Mono<ClientRegistration>> registrations, LogoutEventPublisher events) {
		this.registrations = registrations;
		this.events = events;
	}

	void activate() {
		this.active = true;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (!this.active) {
			return chain.filter(exchange);
		}
		return TOKENS.matches(exchange).flatMap((match) -> {
			Object registrationId = match.getVariables().get("registrationId");
			return match.isMatch() ? handle(exchange, chain, String.valueOf(registrationId)) : chain.filter(exchange);
		});
	}

	private Mono<Void> handle(ServerWebExchange exchange, WebFilterChain chain, String registrationId) {
		return Mono.defer(() -> this.registrations.apply(registrationId))
			.map(ClientRegistration::getRegistrationId)
			.map(Post::new)
			.onErrorResume((ex) -> Mono.empty())
			.switchIfEmpty(Mono.fromSupplier(() -> new Post(null)))
			.flatMap((post) -> chain.filter(exchange)
				.contextWrite((context) -> context.put(Post.class, post))
				.then(Mono.<Void>fromRunnable(() -> afterChain(exchange, post)))
				.onErrorResume(RuntimeException.class, (ex) -> handle(ex, exchange, post)));
	}

	private void afterChain(ServerWebExchange exchange, Post post) {
		if (exchange.getResponse().getStatusCode() == HttpStatus.BAD_REQUEST && !post.valid) {
			publish(LogoutOutcome.REFUSED, post, null);
		}
	}

	private Mono<Void> handle(RuntimeException ex, ServerWebExchange exchange, Post post) {
		if (ex instanceof ReplayedTokenException) {
			return answer(exchange, LogoutTokenAnswer.REPLAYED);
		}
		if (exchange.getResponse().isCommitted() && !post.valid) {
			// Spring Security has refused the request, and went on with it nevertheless
			afterChain(exchange, post);
			return Mono.empty();
		}
		if (!post.valid && isOfToken(ex)) {
			publish(LogoutOutcome.REFUSED, post, ex);
			return answer(exchange, LogoutTokenAnswer.UNUSABLE);
		}
		publish(LogoutOutcome.FAILED, post, ex);
		return answer(exchange, LogoutTokenAnswer.FAILED);
	}

	/**
	 * Returns whether Spring Security failed because of what a token says, rather than
	 * because the keys of the provider cannot be loaded. It finds some claims missing, or
	 * of another type, only when it uses them.
	 */
	private static boolean isOfToken(RuntimeException ex) {
		Throwable cause = (ex instanceof AuthenticationServiceException) ? ex.getCause() : ex;
		Throwable root = (cause instanceof JwtException) ? cause.getCause() : cause;
		return root instanceof IllegalArgumentException || root instanceof ClassCastException
				|| root instanceof NullPointerException;
	}

	private void publish(LogoutOutcome outcome, Post post, @Nullable Throwable reason) {
		this.events.publishFailure(LogoutKind.LOGOUT_TOKEN, outcome, post.registrationId, reason);
	}

	private static Mono<Void> answer(ServerWebExchange exchange, LogoutTokenAnswer answer) {
		ServerHttpResponse response = exchange.getResponse();
		response.setRawStatusCode(answer.status());
		response.getHeaders().setCacheControl("no-store");
		response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

	/**
	 * A request with a logout token.
	 */
	static final class Post {

		private final @Nullable String registrationId;

		private volatile boolean valid;

		Post(@Nullable String registrationId) {
			this.registrationId = registrationId;
		}

		/**
		 * Returns the registration that the token was sent to, if there is one.
		 */
		@Nullable String registrationId() {
			return this.registrationId;
		}

		/**
		 * Notes that the token is valid, so that what fails after this is not its fault.
		 */
		void setValid() {
			this.valid = true;
		}

	}

}
