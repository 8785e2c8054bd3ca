package io.github.oauth2state.login.reactive;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.util.ObjectUtils;
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
 * @param clients whether users authorize clients, so that a pending login is for a user
 * @param savedRequests keeps the pages that users asked for, or {@code null} if the app
 * does
 */
record ReactiveLoginChain(Supplier<ReactiveClientRegistrationRepository> registrations, CallbackCheck check,
		boolean clients, @Nullable ReactiveSavedRequests savedRequests) {

	private static final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

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

	/**
	 * Returns what names the signed-in user as Spring Security does where it keeps
	 * authorized clients, or empty if nobody is signed in or the name is not needed. A
	 * name that differs from object to object is left out.
	 */
	Mono<String> user() {
		return this.clients ? authentication().mapNotNull(ReactiveLoginChain::name) : Mono.empty();
	}

	private static @Nullable String name(Authentication authentication) {
		Object principal = authentication.getPrincipal();
		String name = authentication.getName();
		return (principal != null && name.equals(ObjectUtils.identityToString(principal))) ? null : name;
	}

	/**
	 * Returns the user who is signed in, or empty if nobody is.
	 */
	static Mono<Authentication> authentication() {
		return ReactiveSecurityContextHolder.getContext()
			.mapNotNull(SecurityContext::getAuthentication)
			.filter(trust::isAuthenticated);
	}

}
