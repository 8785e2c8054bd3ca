package io.github.oauth2state.logout;

import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.tokens.RefusalHandler;

/**
 * Ends the session of a user whose refresh token the provider has refused. That of the
 * request which found it out ends with the request, so that the app can still answer it.
 */
final class RefusedRefreshLogout implements RefusalHandler {

	private final LogoutServices services;

	RefusedRefreshLogout(LogoutServices services) {
		this.services = services;
		services.setInUse();
	}

	@Override
	public void onRefusal(ClientRegistration registration, Authentication user) {
		LogoutRequest request = LogoutRequest.current();
		WatchedRequest watched = (request != null) ? request.watched() : null;
		HttpSession session = (watched != null && isOf(watched, user)) ? watched.getSession(false) : null;
		if (request != null && session != null) {
			request.setEnding(true);
		}
		SessionEnder.Result others = (user.getPrincipal() instanceof OidcUser oidc)
				? endOthers(oidc, session, registration) : SessionEnder.Result.ofEnded(0);
		if (others != null) {
			int own = (session != null) ? 1 : 0;
			this.services.events()
				.publish(LogoutKind.REFUSED_REFRESH,
						(own > 0) ? SessionEnder.Result.ofEnded(others.sessions() + own) : others,
						registration.getRegistrationId());
		}
	}

	/**
	 * A request of one user may use the tokens of another.
	 */
	private static boolean isOf(WatchedRequest request, Authentication user) {
		Authentication own = request.user();
		return own != null && own.getName().equals(user.getName());
	}

	/**
	 * Returns {@code null} if the store failed, which has been published.
	 */
	private SessionEnder.@Nullable Result endOthers(OidcUser user, @Nullable HttpSession session,
			ClientRegistration registration) {
		try {
			return (session != null)
					? this.services.ender().endOthers(ProviderSession.userOf(session, user), session.getId())
					: this.services.ender().endOthers(user, null);
		}
		catch (RuntimeException ex) {
			this.services.events()
				.publishFailure(LogoutKind.REFUSED_REFRESH, LogoutOutcome.FAILED, registration.getRegistrationId(), ex);
			return null;
		}
	}

}
