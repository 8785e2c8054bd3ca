package io.github.oauth2state.demo.idp;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.stereotype.Component;

/**
 * What the provider has authorized, kept in memory until its process ends. A refresh
 * token is good for one use. One that comes again may have been stolen, by whoever came
 * first or by whoever comes now, so that everything is revoked that came of the same
 * login (RFC 9700, section 4.14.2).
 */
@Component
class Authorizations implements OAuth2AuthorizationService {

	private static final Map<String, Class<? extends OAuth2Token>> TYPES = Map.of(OAuth2ParameterNames.CODE,
			OAuth2AuthorizationCode.class, OAuth2ParameterNames.ACCESS_TOKEN, OAuth2AccessToken.class,
			OAuth2ParameterNames.REFRESH_TOKEN, OAuth2RefreshToken.class, OidcParameterNames.ID_TOKEN,
			OidcIdToken.class);

	private final Map<String, OAuth2Authorization> byId = new HashMap<>();

	private final Map<String, Issued> issued = new HashMap<>();

	private final Set<String> spent = new HashSet<>();

	private final Set<String> revoked = new HashSet<>();

	@Override
	public synchronized void save(OAuth2Authorization authorization) {
		String id = authorization.getId();
		if (this.revoked.contains(id)) {
			// A refresh was under way when its token came again.
			return;
		}
		this.byId.put(id, authorization);
		TYPES.forEach((type, tokenClass) -> {
			OAuth2Authorization.Token<? extends OAuth2Token> token = authorization.getToken(tokenClass);
			if (token != null) {
				this.issued.put(token.getToken().getTokenValue(), new Issued(id, type));
			}
		});
	}

	@Override
	public synchronized void remove(OAuth2Authorization authorization) {
		this.byId.remove(authorization.getId());
		this.revoked.add(authorization.getId());
	}

	@Override
	public synchronized @Nullable OAuth2Authorization findById(String id) {
		return this.byId.get(id);
	}

	/**
	 * Finds what a token belongs to. To ask for a refresh token by its type is to use it.
	 */
	@Override
	public synchronized @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType type) {
		Issued issued = this.issued.get(token);
		if (issued == null || (type != null && !type.getValue().equals(issued.type()))) {
			return null;
		}
		OAuth2Authorization authorization = this.byId.get(issued.id());
		if (authorization != null && OAuth2TokenType.REFRESH_TOKEN.equals(type) && !this.spent.add(token)) {
			remove(authorization);
			return null;
		}
		return authorization;
	}

	private record Issued(String id, String type) {
	}

}
