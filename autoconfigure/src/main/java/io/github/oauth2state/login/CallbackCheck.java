package io.github.oauth2state.login;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.ObjectUtils;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.web.WebExchange;

/**
 * Decides whether a callback must be refused although its pending login is there.
 */
public final class CallbackCheck {

	private final MixUpDefense defense;

	/**
	 * Creates a check.
	 * @param registrations returns the repository of client registrations
	 * @param settings the settings of logins
	 */
	public CallbackCheck(Supplier<?> registrations, LoginSettings settings) {
		this.defense = new MixUpDefense(registrations, settings);
	}

	/**
	 * Refuses a callback of another provider, and one for a registration that this
	 * instance does not have. Another instance may still, or already, have it. The filter
	 * for clients asks before it removes anything, and would fail on a registration that
	 * is missing.
	 * @param kind the filter that handles the callback
	 * @param login the authorization request of the login
	 * @param registration the client registration of the login, or {@code null} if this
	 * instance does not have it
	 * @param path where the login was kept
	 * @param correlationId the id by which log lines name the login
	 * @param exchange the callback
	 * @return what happened, or {@code null} if the callback is not refused
	 */
	public @Nullable LoginEvent refusal(LoginNote.Kind kind, OAuth2AuthorizationRequest login,
			@Nullable ClientRegistration registration, LoginPath path, String correlationId, WebExchange exchange) {
		if (registration == null) {
			return new LoginEvent(LoginOutcome.FAILED, path, null, null, correlationId);
		}
		String mixUp = this.defense.check(kind, login, registration, exchange);
		return (mixUp != null)
				? new LoginEvent(LoginOutcome.MIX_UP, path, registrationId(login), null, mixUp, correlationId) : null;
	}

	/**
	 * Refuses an authorization that another user of this browser asked for. A login is
	 * for the user whom the provider names.
	 * @param found the login
	 * @param callback its callback
	 * @param user the name of the user who is signed in now, or {@code null} if nobody is
	 * @return what happened, or {@code null} if the authorization is for the user
	 */
	public @Nullable LoginEvent otherUser(LoginCallback.Found found, LoginCallback callback, @Nullable String user) {
		return callback.isFor(found, user) ? null : new LoginEvent(LoginOutcome.FAILED, callback.path(),
				registrationId(found.request()), found.sinceBegin(), "another_user", callback.correlationId());
	}

	/**
	 * Returns whether a callback came to a redirect URI of a provider that posts
	 * callbacks by its configuration.
	 * @param exchange the callback
	 * @return whether it did
	 */
	public boolean isPostedByConfiguration(WebExchange exchange) {
		return this.defense.isPostedByConfiguration(exchange);
	}

	/**
	 * Returns the id if a registration has it.
	 * @param registrationId the id, which the sender may have made up
	 * @return the same id, or {@code null} if no registration is known to have it
	 */
	public @Nullable String known(@Nullable String registrationId) {
		return this.defense.known(registrationId);
	}

	/**
	 * Returns what names a user as Spring Security does where it keeps authorized
	 * clients.
	 * @param user the signed-in user
	 * @return the name, or {@code null} if it differs from object to object
	 */
	public static @Nullable String userName(Authentication user) {
		Object principal = user.getPrincipal();
		String name = user.getName();
		return (principal != null && name.equals(ObjectUtils.identityToString(principal))) ? null : name;
	}

	/**
	 * Returns the client registration of a login.
	 * @param login its authorization request
	 * @return its id, or {@code null} if the authorization request names none
	 */
	public static @Nullable String registrationId(OAuth2AuthorizationRequest login) {
		return login.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
	}

}
