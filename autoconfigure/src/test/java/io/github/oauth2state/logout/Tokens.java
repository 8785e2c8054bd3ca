package io.github.oauth2state.logout;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * Users and logout tokens of one provider.
 */
final class Tokens {

	static final String ISSUER = "https://idp.example";

	static final Instant LOGIN = Instant.parse("2026-01-01T12:00:00Z");

	private Tokens() {
	}

	static OidcUser user(@Nullable String sid, String sub) {
		return user(sid, sub, LOGIN, Map.of());
	}

	static OidcUser user(@Nullable String sid, String sub, Instant login, Map<String, Object> more) {
		Map<String, Object> claims = new HashMap<>(
				Map.of("iss", ISSUER, "aud", List.of("app"), "sub", sub, "iat", login, "exp", login.plusSeconds(300)));
		if (sid != null) {
			claims.put("sid", sid);
		}
		claims.putAll(more);
		return new DefaultOidcUser(List.of(), new OidcIdToken("t", login, login.plusSeconds(300), claims));
	}

	static OidcLogoutToken bySid(String sid, Instant at, String id) {
		return token(Map.of("sid", sid), at, id);
	}

	static OidcLogoutToken bySub(String sub, Instant at, String id) {
		return token(Map.of("sub", sub), at, id);
	}

	static OidcLogoutToken token(Map<String, Object> more, Instant at, String id) {
		return OidcLogoutToken.withTokenValue("t").claims((claims) -> {
			claims.putAll(Map.of("iss", ISSUER, "aud", List.of("app"), "iat", at, "jti", id, "events",
					Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of())));
			claims.putAll(more);
		}).build();
	}

}
