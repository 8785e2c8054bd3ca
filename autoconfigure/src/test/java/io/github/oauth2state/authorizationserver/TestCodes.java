package io.github.oauth2state.authorizationserver;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2UserCode;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * Authorizations as a server makes them, and what it does to them.
 */
final class TestCodes {

	static final OAuth2TokenType CODE = new OAuth2TokenType(OAuth2ParameterNames.CODE);

	static final OAuth2TokenType STATE = new OAuth2TokenType(OAuth2ParameterNames.STATE);

	static final OAuth2TokenType DEVICE_CODE = new OAuth2TokenType(OAuth2ParameterNames.DEVICE_CODE);

	static final OAuth2TokenType USER_CODE = new OAuth2TokenType(OAuth2ParameterNames.USER_CODE);

	static final RegisteredClient SHOP = client("shop");

	static final RegisteredClient OTHER = client("other");

	private TestCodes() {
	}

	private static RegisteredClient client(String name) {
		return RegisteredClient.withId("id-" + name)
			.clientId(name)
			.authorizationGrantTypes((types) -> types.addAll(Set.of(AuthorizationGrantType.AUTHORIZATION_CODE,
					AuthorizationGrantType.REFRESH_TOKEN, AuthorizationGrantType.DEVICE_CODE)))
			.redirectUri("https://shop.example/callback")
			.build();
	}

	/**
	 * Returns a user who logged in with a form.
	 */
	static Authentication user() {
		return UsernamePasswordAuthenticationToken.authenticated(
				User.withUsername("alice").password("x").roles("USER").build(), null,
				List.of(new SimpleGrantedAuthority("ROLE_USER"),
						FactorGrantedAuthority.withAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY)
							.issuedAt(Instant.parse("2026-01-02T03:04:05.123456789Z"))
							.build()));
	}

	static OAuth2AuthorizationRequest request() {
		return OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://provider.example/oauth2/authorize")
			.clientId("shop")
			.redirectUri("https://shop.example/callback")
			.scope("profile")
			.state("state-of-client")
			.additionalParameters(Map.of("code_challenge", "c", "code_challenge_method", "S256"))
			.build();
	}

	private static OAuth2Authorization.Builder builder(AuthorizationGrantType type) {
		return OAuth2Authorization.withRegisteredClient(SHOP)
			.id(UUID.randomUUID().toString())
			.principalName("alice")
			.authorizationGrantType(type);
	}

	static OAuth2Authorization.Builder requested(@Nullable Authentication user) {
		OAuth2Authorization.Builder builder = builder(AuthorizationGrantType.AUTHORIZATION_CODE)
			.authorizedScopes(Set.of("profile"))
			.attribute(OAuth2AuthorizationRequest.class.getName(), request());
		return (user != null) ? builder.attribute(Principal.class.getName(), user) : builder;
	}

	static OAuth2AuthorizationCode newCode(Duration life) {
		Instant now = now();
		return new OAuth2AuthorizationCode("code-" + UUID.randomUUID(), now.minusSeconds(600), now.plus(life));
	}

	private static Instant now() {
		return Instant.now().truncatedTo(ChronoUnit.MILLIS);
	}

	static OAuth2Authorization withCode() {
		return withCode(Duration.ofMinutes(5));
	}

	static OAuth2Authorization withCode(Duration life) {
		return requested(user()).token(newCode(life)).build();
	}

	static OAuth2Authorization onConsentPage() {
		return requested(user()).attribute(OAuth2ParameterNames.STATE, "consent-" + UUID.randomUUID()).build();
	}

	static OAuth2Authorization pushed(Duration life) {
		String state = "p".repeat(20) + UUID.randomUUID() + "___" + now().plus(life).toEpochMilli();
		return requested(null).attribute(OAuth2ParameterNames.STATE, state).build();
	}

	static OAuth2Authorization device(Duration life) {
		Instant issued = now().minusSeconds(600);
		return builder(AuthorizationGrantType.DEVICE_CODE)
			.token(new OAuth2DeviceCode("device-" + UUID.randomUUID(), issued, now().plus(life)))
			.token(new OAuth2UserCode("user-" + UUID.randomUUID(), issued, now().plus(life)))
			.attribute(OAuth2ParameterNames.SCOPE, Set.of("profile"))
			.build();
	}

	static OAuth2Authorization withTokens() {
		return tokens(OAuth2Authorization.from(withCode())).build();
	}

	/**
	 * Adds new tokens, as every answer of the token endpoint does.
	 */
	static OAuth2Authorization.Builder tokens(OAuth2Authorization.Builder builder) {
		Instant now = now();
		return builder
			.accessToken(new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "access-" + UUID.randomUUID(), now,
					now.plusSeconds(300)))
			.refreshToken(new OAuth2RefreshToken("refresh-" + UUID.randomUUID(), now, now.plusSeconds(3600)));
	}

	static OAuth2Authorization redeemed(OAuth2Authorization found) {
		return tokens(OAuth2Authorization.from(found)).invalidate(code(found)).build();
	}

	static OAuth2Authorization approved(OAuth2Authorization found) {
		return OAuth2Authorization.from(found)
			.token(newCode(Duration.ofMinutes(5)))
			.attributes((all) -> all.remove(OAuth2ParameterNames.STATE))
			.build();
	}

	static OAuth2AuthorizationCode code(OAuth2Authorization authorization) {
		return authorization.getToken(OAuth2AuthorizationCode.class).getToken();
	}

	/**
	 * Finds an authorization by its code.
	 */
	static OAuth2Authorization find(OAuth2AuthorizationService service, OAuth2Authorization issued) {
		return service.findByToken(code(issued).getTokenValue(), CODE);
	}

	static String state(OAuth2Authorization authorization) {
		return authorization.getAttribute(OAuth2ParameterNames.STATE);
	}

	static String deviceCode(OAuth2Authorization authorization) {
		return authorization.getToken(OAuth2DeviceCode.class).getToken().getTokenValue();
	}

	static String userCode(OAuth2Authorization authorization) {
		return authorization.getToken(OAuth2UserCode.class).getToken().getTokenValue();
	}

	static String refreshToken(OAuth2Authorization authorization) {
		return authorization.getRefreshToken().getToken().getTokenValue();
	}

	/**
	 * Does something while the server has authenticated a client.
	 */
	static <T> T as(RegisteredClient client, Supplier<T> work) {
		SecurityContextHolder.getContext()
			.setAuthentication(
					new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.CLIENT_SECRET_BASIC, null));
		try {
			return work.get();
		}
		finally {
			SecurityContextHolder.clearContext();
		}
	}

	static void as(RegisteredClient client, Runnable work) {
		as(client, () -> {
			work.run();
			return null;
		});
	}

}
