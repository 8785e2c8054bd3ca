package io.github.oauth2state.login.reactive;

import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * A repository that a user may have written.
 */
class UsersRepository implements ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> {

	@Override
	public Mono<OAuth2AuthorizationRequest> loadAuthorizationRequest(ServerWebExchange exchange) {
		return Mono.empty();
	}

	@Override
	public Mono<Void> saveAuthorizationRequest(OAuth2AuthorizationRequest login, ServerWebExchange exchange) {
		return Mono.empty();
	}

	@Override
	public Mono<OAuth2AuthorizationRequest> removeAuthorizationRequest(ServerWebExchange exchange) {
		return Mono.empty();
	}

}
