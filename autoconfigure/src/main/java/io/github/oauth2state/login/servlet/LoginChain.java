package io.github.oauth2state.login.servlet;

import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.ObjectUtils;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.LoginSettings;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.rollout.Rollout;

/**
 * The filter chain of which a repository is a part.
 *
 * @param defense knows the client registrations and refuses callbacks of other providers
 * @param user returns the name of the signed-in user, or {@code null} if nobody is signed
 * in or the name is not needed
 * @param withSessions whether a login has an HTTP session
 * @param savedRequests keeps the pages that users asked for, or {@code null} if the app
 * does
 */
record LoginChain(MixUpDefense defense, Supplier<@Nullable String> user, boolean withSessions,
		@Nullable SavedRequests savedRequests) {

	/**
	 * Returns the path and query that the user asked for, or {@code null} if the app
	 * keeps them.
	 */
	@Nullable String savedPage(LoginStarter.Start start) {
		return (this.savedRequests != null) ? this.savedRequests.page(start.request(), start.browser()) : null;
	}

	/**
	 * Puts the page that the user asked for into the session, unless the app keeps it.
	 */
	void restore(@Nullable String page, HttpServletRequest request, HttpServletResponse response) {
		if (this.savedRequests != null) {
			this.savedRequests.restore(page, request, response);
		}
	}

	/**
	 * Refuses a callback of another provider, and one for a registration that this
	 * instance does not have. Another instance may still, or already, have it. The filter
	 * for clients asks before it removes anything, and would fail on a registration that
	 * is missing.
	 * @return what happened, or {@code null} if the callback is not refused
	 */
	@Nullable LoginEvent refusal(CallbackFilter.Kind kind, OAuth2AuthorizationRequest login, LoginPath path, String correlationId,
			HttpServletRequest request) {
		String registrationId = registrationId(login);
		ClientRegistration registration = this.defense.registration(registrationId);
		if (registration == null) {
			return new LoginEvent(LoginOutcome.FAILED, path, null, null, correlationId);
		}
		String mixUp = this.defense.check(kind, login, registration, request);
		return (mixUp != null) ? new LoginEvent(LoginOutcome.MIX_UP, path, registrationId, null, mixUp, correlationId)
				: null;
	}

	/**
	 * Refuses an authorization that another user of this browser asked for. A login is
	 * for the user whom the provider names.
	 * @return what happened, or {@code null} if the authorization is for the current user
	 */
	@Nullable LoginEvent otherUser(LoginCallback.Found found, LoginCallback callback) {
		return callback.isFor(found, this.user.get()) ? null : new LoginEvent(LoginOutcome.FAILED, callback.path(),
				registrationId(found.request()), found.sinceBegin(), "another_user", callback.correlationId());
	}

	static @Nullable String registrationId(OAuth2AuthorizationRequest login) {
		return login.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
	}

	/**
	 * Returns what names the signed-in user as Spring Security does where it keeps
	 * authorized clients. A name that differs from object to object is left out.
	 */
	static Supplier<@Nullable String> userName(Supplier<SecurityContextHolderStrategy> securityContexts) {
		AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();
		return () -> {
			Authentication authentication = securityContexts.get().getContext().getAuthentication();
			if (!trust.isAuthenticated(authentication)) {
				return null;
			}
			Object principal = authentication.getPrincipal();
			String name = authentication.getName();
			return (principal != null && name.equals(ObjectUtils.identityToString(principal))) ? null : name;
		};
	}

	/**
	 * What all filter chains of an app share.
	 *
	 * @param store stores and finds the records of pending logins
	 * @param logins starts logins and recognizes their callbacks
	 * @param settings the settings of logins
	 * @param rollout chooses between the path that is rolled out and the session
	 * @param rolledOutPath the path that is rolled out
	 * @param onStoreFailure where a login starts while the store does not answer
	 * @param warnings warns of deployments that make logins fail
	 */
	record Services(GuardedStateStore store, PendingLogins logins, LoginSettings settings, Rollout rollout,
			LoginPath rolledOutPath, OnStoreFailure onStoreFailure, DeploymentWarnings warnings) {
	}

}
