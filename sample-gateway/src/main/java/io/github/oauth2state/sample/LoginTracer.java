package io.github.oauth2state.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginPath;

/**
 * Keeps the trace of a login in the session when the provider has confirmed it. The call
 * that redeems the code is the one place that sees the authorization request again.
 */
@Component
class LoginTracer implements ReactiveOAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> {

	private static final String GRANT = LoginTracer.class.getName() + ".grant";

	private final WebClientReactiveAuthorizationCodeTokenResponseClient tokens = new WebClientReactiveAuthorizationCodeTokenResponseClient();

	private final LoginTraces traces;

	LoginTracer(LoginTraces traces) {
		this.traces = traces;
	}

	@Override
	public Mono<OAuth2AccessTokenResponse> getTokenResponse(OAuth2AuthorizationCodeGrantRequest grant) {
		return Mono.deferContextual((context) -> {
			// Spring Security puts the exchange there, for calls that belong to it.
			context.<ServerWebExchange>getOrEmpty(ServerWebExchange.class)
				.ifPresent((exchange) -> exchange.getAttributes().put(GRANT, grant));
			return this.tokens.getTokenResponse(grant);
		});
	}

	/**
	 * Returns the repository for users who have logged in.
	 */
	WebSessionServerSecurityContextRepository users() {
		return new WebSessionServerSecurityContextRepository() {

			@Override
			public Mono<Void> save(ServerWebExchange exchange, @Nullable SecurityContext context) {
				return super.save(exchange, context).then(keepTrace(exchange));
			}

		};
	}

	private Mono<Void> keepTrace(ServerWebExchange exchange) {
		OAuth2AuthorizationCodeGrantRequest grant = exchange.getAttribute(GRANT);
		if (grant == null) {
			return Mono.empty();
		}
		LoginTrace trace = this.traces.end(grant.getAuthorizationExchange().getAuthorizationRequest(),
				exchange.getAttribute(LoginPath.ATTRIBUTE), grant.getClientRegistration().getClientName(),
				InstanceHeaderFilter.arrival(exchange));
		return exchange.getSession()
			.doOnNext((session) -> session.getAttributes().put(LoginTrace.ATTRIBUTE, trace))
			.then();
	}

}
