package io.github.oauth2state.tokens;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import reactor.core.publisher.Mono;

/**
 * The {@link RefusalHandler} of a reactive app.
 */
@FunctionalInterface
public interface ReactiveRefusalHandler {

	/**
	 * Handles a refusal. The Reactor context of the subscriber is that of the request,
	 * with its {@code ServerWebExchange}, if there is a request.
	 * @param registration the client whose token was refused
	 * @param user the user whose token it was
	 * @return completes when the refusal has been handled
	 */
	Mono<Void> onRefusal(ClientRegistration registration, Authentication user);

}
