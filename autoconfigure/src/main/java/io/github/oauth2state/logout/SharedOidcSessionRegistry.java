package io.github.oauth2state.logout;

import java.util.List;

import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionInformation;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;

/**
 * The registry that Spring Security asks about sessions of a provider, for sessions on
 * any instance. It ends the sessions itself, and tells Spring Security of none: that
 * would post to this app with a cookie that the app may not understand.
 */
final class SharedOidcSessionRegistry implements OidcSessionRegistry {

	private final SessionEnder ender;

	private final @Nullable IndexUpdates updates;

	private final LogoutEventPublisher events;

	/**
	 * Creates a registry.
	 * @param ender ends sessions
	 * @param updates adds sessions to the index, or {@code null} if sessions look for
	 * marks
	 * @param events tells what happens
	 */
	SharedOidcSessionRegistry(SessionEnder ender, @Nullable IndexUpdates updates, LogoutEventPublisher events) {
		this.ender = ender;
		this.updates = updates;
		this.events = events;
	}

	/**
	 * Adds the session of a login when it has been saved. Its id may change until then,
	 * or another session may take its place: protection against session fixation comes
	 * after this.
	 */
	@Override
	public void saveSessionInformation(OidcSessionInformation info) {
		LogoutRequest request = LogoutRequest.enter();
		try {
			WatchedRequest watched = request.watched();
			HttpSession session = (watched != null) ? watched.currentSession() : null;
			boolean known = false;
			if (session != null && session.getId().equals(info.getSessionId())) {
				ProviderSession.note(session, info.getPrincipal());
				known = true;
			}
			if (this.updates != null) {
				this.updates.addLogin(request, known ? watched : null, info.getSessionId(), info.getPrincipal());
			}
		}
		finally {
			request.leave();
		}
	}

	/**
	 * Returns {@code null}. The filter chain notices itself when a user logs out and when
	 * the id of a session changes, on any kind of session.
	 */
	@Override
	public @Nullable OidcSessionInformation removeSessionInformation(String clientSessionId) {
		return null;
	}

	/**
	 * Ends the sessions that a logout token names.
	 * @return no session, as there is nothing left to do for Spring Security
	 * @throws ReplayedTokenException if the token was handled before
	 */
	@Override
	public Iterable<OidcSessionInformation> removeSessionInformation(OidcLogoutToken token) {
		LogoutRequest request = LogoutRequest.current();
		SessionEnder.Result result = this.ender.end(token);
		if (request != null) {
			request.setPublished();
		}
		this.events.publish(LogoutKind.LOGOUT_TOKEN, result, (request != null) ? request.registrationId() : null);
		if (result.outcome() == LogoutOutcome.REPLAYED) {
			throw new ReplayedTokenException();
		}
		return List.of();
	}

}
