package io.github.oauth2state.demo.idp;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

import static org.assertj.core.api.Assertions.assertThat;

class AuthorizationsTests {

	private final Authorizations authorizations = new Authorizations();

	private final OAuth2Authorization login = authorization("access-1", "refresh-1");

	@Test
	void refreshTokenIsGoodOnce() {
		this.authorizations.save(this.login);
		assertThat(use("refresh-1")).isEqualTo(this.login);
		OAuth2Authorization refreshed = refreshed("access-2", "refresh-2");
		this.authorizations.save(refreshed);
		assertThat(use("refresh-2")).isEqualTo(refreshed);
	}

	@Test
	void refreshTokenThatComesAgainRevokesWhatCameOfIt() {
		this.authorizations.save(this.login);
		use("refresh-1");
		this.authorizations.save(refreshed("access-2", "refresh-2"));
		assertThat(use("refresh-1")).isNull();
		assertThat(use("refresh-2")).isNull();
		assertThat(this.authorizations.findByToken("access-2", OAuth2TokenType.ACCESS_TOKEN)).isNull();
	}

	@Test
	void refreshTokenThatComesTwiceAtOnceRevokesWhatWillComeOfIt() {
		this.authorizations.save(this.login);
		use("refresh-1");
		assertThat(use("refresh-1")).isNull();
		this.authorizations.save(refreshed("access-2", "refresh-2"));
		assertThat(use("refresh-2")).isNull();
	}

	@Test
	void otherLoginsStay() {
		this.authorizations.save(this.login);
		OAuth2Authorization other = authorization("access-other", "refresh-other");
		this.authorizations.save(other);
		use("refresh-1");
		use("refresh-1");
		assertThat(use("refresh-other")).isEqualTo(other);
	}

	@Test
	void tokenIsFoundAsWhatItIs() {
		this.authorizations.save(this.login);
		assertThat(use("access-1")).isNull();
		assertThat(this.authorizations.findByToken("refresh-1", OAuth2TokenType.ACCESS_TOKEN)).isNull();
		assertThat(this.authorizations.findByToken("access-1", OAuth2TokenType.ACCESS_TOKEN)).isEqualTo(this.login);
		assertThat(this.authorizations.findByToken("refresh-1", null)).isEqualTo(this.login);
		assertThat(use("refresh-1")).isEqualTo(this.login);
	}

	private OAuth2Authorization use(String refreshToken) {
		return this.authorizations.findByToken(refreshToken, OAuth2TokenType.REFRESH_TOKEN);
	}

	private static OAuth2Authorization authorization(String accessToken, String refreshToken) {
		RegisteredClient client = RegisteredClient.withId("1")
			.clientId("demo")
			.clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
			.authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
			.build();
		return tokens(OAuth2Authorization.withRegisteredClient(client)
			.principalName("alice")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE), accessToken, refreshToken);
	}

	private OAuth2Authorization refreshed(String accessToken, String refreshToken) {
		return tokens(OAuth2Authorization.from(this.login), accessToken, refreshToken);
	}

	private static OAuth2Authorization tokens(OAuth2Authorization.Builder builder, String accessToken,
			String refreshToken) {
		Instant now = Instant.now();
		Instant expiry = now.plus(Duration.ofMinutes(1));
		return builder.accessToken(new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, accessToken, now, expiry))
			.refreshToken(new OAuth2RefreshToken(refreshToken, now, expiry))
			.build();
	}

}
