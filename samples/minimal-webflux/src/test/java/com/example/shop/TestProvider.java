package com.example.shop;

import java.util.Map;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoderFactory;
import reactor.core.publisher.Mono;

/** Takes the provider's place: every code is good, and everybody is alice. */
@TestConfiguration(proxyBeanMethods = false)
class TestProvider {

	@Bean
	ReactiveClientRegistrationRepository registrations() {
		return new InMemoryReactiveClientRegistrationRepository(ClientRegistration.withRegistrationId("demo")
			.clientId("shop")
			.clientSecret("secret")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
			.scope("openid")
			.authorizationUri("https://idp.example/authorize")
			.tokenUri("https://idp.example/token")
			.jwkSetUri("https://idp.example/keys")
			.build());
	}

	/** Answers with the nonce of the login in place of an ID token. */
	@Bean
	ReactiveOAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> tokens() {
		return (request) -> Mono.just(OAuth2AccessTokenResponse.withToken("token")
			.tokenType(TokenType.BEARER)
			.expiresIn(300)
			.additionalParameters(Map.of("id_token",
					request.getAuthorizationExchange().getAuthorizationRequest().getAdditionalParameters().get("nonce")))
			.build());
	}

	@Bean
	ReactiveJwtDecoderFactory<ClientRegistration> idTokens() {
		return (registration) -> (nonce) -> Mono
			.just(Jwt.withTokenValue(nonce).header("alg", "none").subject("alice").claim("nonce", nonce).build());
	}

}
