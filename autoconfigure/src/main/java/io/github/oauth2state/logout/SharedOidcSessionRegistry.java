package io.github.oauth2state.logout;

import java.util.List;
import java.util.function.Consumer;

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

	private final LogoutServices services;

	SharedOidcSessionRegistry(LogoutServices services) {
		this.services = services;
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
			boolean known = session != null && session.getId().equals(info.getSessionId());
			if (session != null && known) {
				ProviderSession.note(new ServletSession(session), info.getPrincipal());
			}
			if (this.services.updates() != null) {
				add(this.services.updates(), request, known ? watched : null, info);
			}
		}
		finally {
			request.leave();
		}
	}

	private static void add(IndexUpdates updates, LogoutRequest request, @Nullable WatchedRequest watched,
			OidcSessionInformation info) {
		AppSession session = (watched != null) ? ServletSession.of(watched.loadedSession()) : null;
		Consumer<String> addition = updates.addLogin(session, info.getPrincipal());
		if (session != null) {
			request.setAdded();
		}
		request.afterSave(() -> {
			HttpSession saved = (watched != null) ? watched.loadedSession() : null;
			addition.accept((saved != null) ? saved.getId() : info.getSessionId());
		});
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
		SessionEnder.Result result = this.services.ender().end(token);
		if (request != null) {
			request.setPublished();
		}
		this.services.events()
			.publish(LogoutKind.LOGOUT_TOKEN, result, (request != null) ? request.registrationId() : null);
		if (result.outcome() == LogoutOutcome.REPLAYED) {
			throw new ReplayedTokenException();
		}
		return List.of();
	}

}
