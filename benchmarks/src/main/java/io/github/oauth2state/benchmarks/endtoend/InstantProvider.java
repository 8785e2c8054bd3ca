package io.github.oauth2state.benchmarks.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoderFactory;
import reactor.core.publisher.Mono;

/**
 * A provider in the app that does nothing: the time of a real one would hide the
 * differences. Its ID token is the code, and the code is the nonce.
 */
final class InstantProvider {

	private InstantProvider() {
	}

	private static OAuth2AccessTokenResponse tokens(OAuth2AuthorizationCodeGrantRequest request) {
		String code = request.getAuthorizationExchange().getAuthorizationResponse().getCode();
		return OAuth2AccessTokenResponse.withToken("an-access-token")
			.tokenType(OAuth2AccessToken.TokenType.BEARER)
			.expiresIn(300)
			.additionalParameters(Map.of(OidcParameterNames.ID_TOKEN, code))
			.build();
	}

	private static Jwt idToken(String nonce) {
		Instant now = Instant.now();
		return Jwt.withTokenValue(nonce)
			.header("alg", "RS256")
			.issuer(ReferenceApp.ISSUER)
			.subject("user")
			.audience(List.of(ReferenceApp.CLIENT_ID))
			.issuedAt(now)
			.expiresAt(now.plus(Duration.ofMinutes(5)))
			.claim("nonce", nonce)
			.build();
	}

	@Configuration(proxyBeanMethods = false)
	static class OfServletApp {

		@Bean
		OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> tokens() {
			return InstantProvider::tokens;
		}

		@Bean
		JwtDecoderFactory<ClientRegistration> idTokens() {
			return (registration) -> InstantProvider::idToken;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfReactiveApp {

		@Bean
		ReactiveOAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> tokens() {
			return (request) -> Mono.fromSupplier(() -> InstantProvider.tokens(request));
		}

		@Bean
		ReactiveJwtDecoderFactory<ClientRegistration> idTokens() {
			return (registration) -> (nonce) -> Mono.fromSupplier(() -> idToken(nonce));
		}

	}

}
