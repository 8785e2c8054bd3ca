package io.github.oauth2state.tokens;

import java.time.Instant;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Keyring;

/**
 * Creates tokens and clients for tests.
 */
final class TestTokens {

	static final Instant NOW = Instant.parse("2026-01-02T03:04:05.123456789Z");

	static final String OLD_KEY = "old:y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";

	static final String NEW_KEY = "new:EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";

	static final TokenLogout.LateTokens NO_LATE_TOKENS = (client) -> {
		throw new AssertionError("Nobody logs out");
	};

	private TestTokens() {
	}

	static TokenSealer sealer(String keys, String namespace) {
		return new TokenSealer(Keyring.of("oauth2-state.tokens.keys", keys), namespace);
	}

	/**
	 * Seals the content of a record that may be none of tokens.
	 */
	static byte[] seal(StateKey key, byte[] content) {
		return Keyring.of("oauth2-state.tokens.keys", OLD_KEY).seal("tokens", "shop", key, content);
	}

	static ClientRegistration registration(String id) {
		return ClientRegistration.withRegistrationId(id)
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.clientId("client")
			.redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
			.authorizationUri("https://provider.example/authorize")
			.tokenUri("https://provider.example/token")
			.build();
	}

	static ClientRegistration machine(String id) {
		return ClientRegistration.withRegistrationId(id)
			.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
			.clientId("client")
			.tokenUri("https://provider.example/token")
			.build();
	}

	static OAuth2AuthorizedClient client(ClientRegistration registration, String user, String access,
			@Nullable String refresh) {
		return client(registration, user, access, NOW.plusSeconds(300), refresh);
	}

	static OAuth2AuthorizedClient client(ClientRegistration registration, String user, String access,
			@Nullable Instant expires, @Nullable String refresh) {
		OAuth2AccessToken accessToken = new OAuth2AccessToken(TokenType.BEARER, access, NOW, expires,
				Set.of("openid", "profile"));
		return new OAuth2AuthorizedClient(registration, user, accessToken,
				(refresh != null) ? new OAuth2RefreshToken(refresh, NOW) : null);
	}

	static Authentication user(String name) {
		return new TestingAuthenticationToken(name, "password");
	}

	/**
	 * Returns the values of the tokens, for comparison.
	 */
	static @Nullable String values(@Nullable OAuth2AuthorizedClient client) {
		if (client == null) {
			return null;
		}
		OAuth2RefreshToken refresh = client.getRefreshToken();
		return client.getAccessToken().getTokenValue() + "/" + ((refresh != null) ? refresh.getTokenValue() : "none");
	}

}
