package io.github.oauth2state.login.reactive;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.util.StringUtils;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginNote;

/**
 * The filter chain of which a repository is a part.
 *
 * @param registrations returns the client registrations
 * @param check refuses callbacks
 * @param user the signed-in user
 * @param savedRequests keeps the pages that users asked for, or {@code null} if the app
 * does
 * @param scripts whether scripts can start logins, as the app answers them in its own way
 */
record ReactiveLoginChain(Supplier<ReactiveClientRegistrationRepository> registrations, CallbackCheck check,
		ReactiveSignedInUser user, @Nullable ReactiveSavedRequests savedRequests, AtomicBoolean scripts) {

	/**
	 * Returns the path and query that the user asked for, or {@code null} if the app
	 * keeps them.
	 */
	@Nullable String savedPage(ReactiveExchange exchange) {
		return (this.savedRequests != null) ? this.savedRequests.page(exchange) : null;
	}

	/**
	 * Puts the page that the user asked for into the session, unless the app keeps it.
	 */
	Mono<Void> restore(@Nullable String page, ReactiveExchange exchange) {
		return (this.savedRequests != null && page != null) ? this.savedRequests.restore(page, exchange) : Mono.empty();
	}

	/**
	 * Returns why a callback is refused, or empty if it is not.
	 */
	Mono<LoginEvent> refusal(LoginNote.Kind kind, OAuth2AuthorizationRequest login, LoginPath path,
			String correlationId, ReactiveExchange exchange) {
		return Mono.defer(() -> {
			String id = CallbackCheck.registrationId(login);
			Mono<ClientRegistration> registration = StringUtils.hasText(id)
					? this.registrations.get().findByRegistrationId(id) : Mono.empty();
			return registration.singleOptional()
				.mapNotNull(
						(found) -> this.check.refusal(kind, login, found.orElse(null), path, correlationId, exchange));
		});
	}

}
