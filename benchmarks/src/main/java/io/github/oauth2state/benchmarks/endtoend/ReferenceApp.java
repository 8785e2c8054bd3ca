package io.github.oauth2state.benchmarks.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;

/**
 * An app with an OpenID Connect login and nothing else. Its provider is in the process
 * and does nothing: the time of a real one would hide the differences.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ReferenceApp {

	static final String REGISTRATION = "keycloak";

	private static final String CLIENT_ID = "online-shop";

	static final List<String> PROPERTIES = List.of("server.port=0", "server.tomcat.max-keep-alive-requests=-1",
			"server.tomcat.keep-alive-timeout=10m", "server.tomcat.threads.max=64", "spring.main.banner-mode=off",
			"logging.level.root=warn", "spring.security.oauth2.client.registration.keycloak.client-id=" + CLIENT_ID,
			"spring.security.oauth2.client.registration.keycloak.client-secret=a-client-secret",
			"spring.security.oauth2.client.registration.keycloak.scope=openid,profile,email",
			"spring.security.oauth2.client.registration.keycloak.authorization-grant-type=authorization_code",
			"spring.security.oauth2.client.registration.keycloak.redirect-uri={baseUrl}/{action}/oauth2/code/{registrationId}",
			"spring.security.oauth2.client.provider.keycloak.authorization-uri=https://id.example.com/realms/example/protocol/openid-connect/auth",
			"spring.security.oauth2.client.provider.keycloak.token-uri=https://id.example.com/realms/example/protocol/openid-connect/token",
			"spring.security.oauth2.client.provider.keycloak.jwk-set-uri=https://id.example.com/realms/example/protocol/openid-connect/certs",
			"spring.security.oauth2.client.provider.keycloak.user-name-attribute=sub");

	@Bean
	OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> tokens() {
		return (request) -> {
			String code = request.getAuthorizationExchange().getAuthorizationResponse().getCode();
			return OAuth2AccessTokenResponse.withToken("an-access-token")
				.tokenType(OAuth2AccessToken.TokenType.BEARER)
				.expiresIn(300)
				.additionalParameters(Map.of(OidcParameterNames.ID_TOKEN, code))
				.build();
		};
	}

	@Bean
	JwtDecoderFactory<ClientRegistration> idTokens() {
		return (registration) -> (nonce) -> {
			Instant now = Instant.now();
			return Jwt.withTokenValue(nonce)
				.header("alg", "RS256")
				.issuer("https://id.example.com/realms/example")
				.subject("user")
				.audience(List.of(CLIENT_ID))
				.issuedAt(now)
				.expiresAt(now.plus(Duration.ofMinutes(5)))
				.claim("nonce", nonce)
				.build();
		};
	}

}
