package io.github.oauth2state.logout;

import jakarta.servlet.http.HttpSession;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.registration.ClientRegistration;

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
		this.services.endRefused(user, ServletSession.of(session), registration.getRegistrationId());
	}

	/**
	 * A request of one user may use the tokens of another.
	 */
	private static boolean isOf(WatchedRequest request, Authentication user) {
		Authentication own = request.user();
		return own != null && own.getName().equals(user.getName());
	}

}
