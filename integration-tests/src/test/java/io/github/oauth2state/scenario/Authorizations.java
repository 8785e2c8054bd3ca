package io.github.oauth2state.scenario;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

/**
 * What the provider has authorized. The one in memory that comes with Spring
 * Authorization Server keeps no more than a hundred codes, and fails when it is asked
 * while others add to it. Refresh tokens are good for one use.
 */
final class Authorizations implements OAuth2AuthorizationService {

	private final Map<String, OAuth2Authorization> byId = new ConcurrentHashMap<>();

	private final Map<String, String> idByToken = new ConcurrentHashMap<>();

	@Override
	public void save(OAuth2Authorization authorization) {
		this.byId.put(authorization.getId(), authorization);
		Stream.of(OAuth2AuthorizationCode.class, OAuth2AccessToken.class, OAuth2RefreshToken.class)
			.map(authorization::getToken)
			.filter(Objects::nonNull)
			.forEach((token) -> this.idByToken.put(token.getToken().getTokenValue(), authorization.getId()));
	}

	@Override
	public void remove(OAuth2Authorization authorization) {
		this.byId.remove(authorization.getId());
		this.idByToken.values().removeIf(authorization.getId()::equals);
	}

	@Override
	public @Nullable OAuth2Authorization findById(String id) {
		return this.byId.get(id);
	}

	@Override
	public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType tokenType) {
		String id = this.idByToken.get(token);
		OAuth2Authorization authorization = (id != null) ? this.byId.get(id) : null;
		if (authorization != null && OAuth2TokenType.REFRESH_TOKEN.equals(tokenType)
				&& !isCurrent(token, authorization)) {
			remove(authorization);
			return null;
		}
		return authorization;
	}

	/**
	 * A refresh token that comes again when it has been replaced may have been stolen, so
	 * that all that came of it is revoked (RFC 9700, section 4.14.2).
	 */
	private static boolean isCurrent(String token, OAuth2Authorization authorization) {
		OAuth2Authorization.Token<OAuth2RefreshToken> current = authorization.getRefreshToken();
		return current != null && current.getToken().getTokenValue().equals(token);
	}

}
