package io.github.oauth2state.login.servlet;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.util.StringUtils;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.LoginNote;

/**
 * The filter chain of which a repository is a part.
 *
 * @param registrations returns the client registrations
 * @param check refuses callbacks
 * @param user the signed-in user
 * @param withSessions whether a login has an HTTP session
 * @param savedRequests keeps the pages that users asked for, or {@code null} if the app
 * does
 * @param scripts whether scripts can start logins, as the app answers them in its own way
 */
record LoginChain(Supplier<ClientRegistrationRepository> registrations, CallbackCheck check, SignedInUser user,
		boolean withSessions, @Nullable SavedRequests savedRequests, AtomicBoolean scripts) {

	/**
	 * Returns the path and query that the user asked for, or {@code null} if the app
	 * keeps them.
	 */
	@Nullable String savedPage(OAuth2AuthorizationRequest login, ServletExchange exchange) {
		return (this.savedRequests != null) ? this.savedRequests.page(login.getRedirectUri(), exchange) : null;
	}

	/**
	 * Puts the page that the user asked for into the session, unless the app keeps it.
	 */
	void restore(@Nullable String page, ServletExchange exchange) {
		if (this.savedRequests != null) {
			this.savedRequests.restore(page, exchange.request(), exchange.response());
		}
	}

	@Nullable LoginEvent refusal(LoginNote.Kind kind, OAuth2AuthorizationRequest login, LoginPath path, String correlationId,
			ServletExchange exchange) {
		String id = CallbackCheck.registrationId(login);
		ClientRegistration registration = StringUtils.hasText(id) ? this.registrations.get().findByRegistrationId(id)
				: null;
		return this.check.refusal(kind, login, registration, path, correlationId, exchange);
	}

	@Nullable LoginEvent otherUser(LoginCallback.Found found, LoginCallback callback) {
		return this.check.otherUser(found, callback, this.user.name());
	}

}
