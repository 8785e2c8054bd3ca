package io.github.oauth2state.logout;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.LogoutOutcome;

/**
 * Ends sessions on all instances. Thread-safe.
 */
interface SessionEnder {

	/**
	 * Ends the sessions that a logout token names.
	 * @param token the token, which is valid
	 * @return what happened
	 */
	Result end(OidcLogoutToken token);

	/**
	 * Ends all sessions of a user that began by now.
	 * @param name the user
	 * @param now the current time
	 * @return what happened
	 */
	Result end(SessionName name, Instant now);

	/**
	 * Ends the other sessions of the login that a session belongs to: those that the
	 * provider counts as the same session of its own. If it does not tell, those of the
	 * user.
	 * @param user the user, as of the login
	 * @param latest when the provider last issued an ID token to the user: sessions that
	 * began later go on where marks end sessions
	 * @param sessionId the session that the caller ends itself, or {@code null} if it has
	 * none
	 * @return what happened
	 */
	Result endOthers(OidcUser user, Instant latest, @Nullable String sessionId);

	/**
	 * What happened.
	 *
	 * @param outcome the outcome
	 * @param sessions the number of sessions that ended
	 */
	record Result(LogoutOutcome outcome, int sessions) {

		static Result ofEnded(int sessions) {
			return new Result((sessions > 0) ? LogoutOutcome.ENDED : LogoutOutcome.UNKNOWN, sessions);
		}

		static Result marked() {
			return new Result(LogoutOutcome.MARKED, 0);
		}

		static Result replayed() {
			return new Result(LogoutOutcome.REPLAYED, 0);
		}

	}

}
