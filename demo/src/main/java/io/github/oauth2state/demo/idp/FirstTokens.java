package io.github.oauth2state.demo.idp;

import java.time.Clock;
import java.time.Duration;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.stereotype.Component;

/**
 * Lets the access tokens of logins have another life than refreshed ones. Tests make many
 * tokens due at once by that, and each of them once.
 */
@Component
@ConditionalOnProperty("demo.first-token-life")
class FirstTokens implements OAuth2TokenCustomizer<JwtEncodingContext> {

	private final Duration life;

	private final Clock clock = Clock.systemUTC();

	FirstTokens(@Value("${demo.first-token-life}") Duration life) {
		this.life = life;
	}

	@Override
	public void customize(JwtEncodingContext context) {
		if (OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())
				&& AuthorizationGrantType.AUTHORIZATION_CODE.equals(context.getAuthorizationGrantType())) {
			context.getClaims().expiresAt(this.clock.instant().plus(this.life));
		}
	}

}
