package io.github.oauth2state.logout;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * Remembers the login of a session: which session of the provider it belongs to, and when
 * the provider signed the user in.
 * <p>
 * A refresh gives the user a new ID token. It may be issued after a logout that ends the
 * login. Where the sessions of a user share tokens, it may also be that of another login,
 * and have the {@code sid} of another session of the provider.
 */
final class ProviderSession {

	/**
	 * The attribute of a session that has subject, {@code sid}, issue time and nonce of
	 * its login.
	 */
	private static final String ATTRIBUTE = "oauth2-state.provider-login";

	private static final String SID = "sid";

	private static final String SEPARATOR = "\n";

	private static final int FIELDS = 4;

	private ProviderSession() {
	}

	/**
	 * Returns the user of OpenID Connect who is signed in, or {@code null} if nobody is.
	 */
	static @Nullable OidcUser signedIn(@Nullable Authentication authentication) {
		return (authentication != null && authentication.getPrincipal() instanceof OidcUser user) ? user : null;
	}

	/**
	 * Remembers a login.
	 */
	static void note(AppSession session, OidcUser user) {
		session.setAttribute(ATTRIBUTE, String.join(SEPARATOR, user.getSubject(), orEmpty(user.getClaimAsString(SID)),
				Long.toString(IndexedSessions.since(user).getEpochSecond()), orEmpty(user.getNonce())));
	}

	/**
	 * Returns a user as of the login. If it was not remembered, now is early enough.
	 */
	static OidcUser userOf(AppSession session, OidcUser user) {
		String[] login = (session.attribute(ATTRIBUTE) instanceof String noted) ? noted.split(SEPARATOR, -1)
				: new String[0];
		if (login.length != FIELDS || !isOf(login, user)) {
			note(session, user);
			return user;
		}
		return asOf(user, login[1], Instant.ofEpochSecond(Long.parseLong(login[2])));
	}

	/**
	 * Returns whether a user is that of a login. A new login has a new nonce. After a
	 * refresh, the ID token has no nonce or the same one (OpenID Connect Core 1.0,
	 * section 12.2).
	 */
	private static boolean isOf(String[] login, OidcUser user) {
		return login[0].equals(user.getSubject()) && (user.getNonce() == null || user.getNonce().equals(login[3]));
	}

	private static OidcUser asOf(OidcUser user, String sid, Instant since) {
		if (sid.equals(orEmpty(user.getClaimAsString(SID))) && since.equals(IndexedSessions.since(user))) {
			return user;
		}
		OidcIdToken token = user.getIdToken();
		Map<String, Object> claims = new HashMap<>(token.getClaims());
		claims.remove(SID);
		if (!sid.isEmpty()) {
			claims.put(SID, sid);
		}
		claims.put(IdTokenClaimNames.IAT, since);
		return new DefaultOidcUser(user.getAuthorities(),
				new OidcIdToken(token.getTokenValue(), since, token.getExpiresAt(), claims));
	}

	private static String orEmpty(@Nullable String text) {
		return (text != null) ? text : "";
	}

}
