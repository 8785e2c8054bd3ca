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
 * while others add to it.
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
		return (id != null) ? this.byId.get(id) : null;
	}

}
