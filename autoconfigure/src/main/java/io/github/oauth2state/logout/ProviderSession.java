package io.github.oauth2state.logout;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * Remembers which session of the provider a login belongs to.
 * <p>
 * A refresh gives the user a new ID token. Where the sessions of a user share tokens, it
 * may be that of another login, and have the {@code sid} of another session of the
 * provider.
 */
final class ProviderSession {

	/**
	 * The attribute of a session that has the subject and the {@code sid} of its login.
	 */
	private static final String ATTRIBUTE = "oauth2-state.provider-session";

	private static final String SID = "sid";

	private static final String SEPARATOR = "\n";

	private ProviderSession() {
	}

	/**
	 * Returns the user of OpenID Connect who is signed in, or {@code null} if nobody is.
	 */
	static @Nullable OidcUser signedIn(@Nullable Authentication authentication) {
		return (authentication != null && authentication.getPrincipal() instanceof OidcUser user) ? user : null;
	}

	/**
	 * Remembers the provider's session of a login.
	 */
	static void note(AppSession session, OidcUser user) {
		String sid = user.getClaimAsString(SID);
		session.setAttribute(ATTRIBUTE, (sid != null) ? user.getSubject() + SEPARATOR + sid : user.getSubject());
	}

	/**
	 * Returns a user as of the login. If it was not remembered, now is early enough.
	 */
	static OidcUser userOf(AppSession session, OidcUser user) {
		Object noted = session.attribute(ATTRIBUTE);
		String[] login = (noted instanceof String text) ? text.split(SEPARATOR, 2) : new String[0];
		if (login.length == 0 || !login[0].equals(user.getSubject())) {
			note(session, user);
			return user;
		}
		return withSid(user, (login.length > 1) ? login[1] : null);
	}

	private static OidcUser withSid(OidcUser user, @Nullable String sid) {
		if (Objects.equals(sid, user.getClaimAsString(SID))) {
			return user;
		}
		Map<String, Object> claims = new HashMap<>(user.getIdToken().getClaims());
		claims.remove(SID);
		if (sid != null) {
			claims.put(SID, sid);
		}
		OidcIdToken token = user.getIdToken();
		return new DefaultOidcUser(user.getAuthorities(),
				new OidcIdToken(token.getTokenValue(), token.getIssuedAt(), token.getExpiresAt(), claims));
	}

}
