package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.refresh.RefreshProperties.OnStoreFailure;

/**
 * What one instance does with refresh tokens, without the rest of an app.
 */
final class TestInstance {

	static final RefreshSettings SETTINGS = settings(OnStoreFailure.UNCOORDINATED, KeyScope.PRINCIPAL);

	private final List<TokenRefreshEvent> events = new CopyOnWriteArrayList<>();

	private final CoordinatedRefreshClient client;

	TestInstance(StateStore store, StrictProvider provider) {
		this(store, provider, SETTINGS, null);
	}

	TestInstance(StateStore store, StrictProvider provider, RefreshSettings settings,
			@Nullable OAuth2AuthorizedClientService clients) {
		this(singleFlight(store, settings), provider, clients);
	}

	TestInstance(TokenRefreshStrategy strategy, StrictProvider provider,
			@Nullable OAuth2AuthorizedClientService clients) {
		Refresher refresher = new Refresher(strategy, List.of(this.events::add), clients, clients);
		this.client = new CoordinatedRefreshClient(provider, () -> refresher);
	}

	static SingleFlightRefresh singleFlight(StateStore store, RefreshSettings settings) {
		EarlyWindow never = EarlyWindow.of(new RefreshProperties.Early(Duration.ZERO, 0, Duration.ofSeconds(10)),
				Duration.ZERO, 0, InstantSource.system());
		return new SingleFlightRefresh(settings, never, store, null);
	}

	static RefreshSettings settings(OnStoreFailure onStoreFailure, KeyScope keyScope) {
		return new RefreshSettings("app", Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(30),
				Duration.ofSeconds(2), onStoreFailure, keyScope);
	}

	/**
	 * Where instances meet that refresh with a token.
	 */
	static RefreshFlight flight(String refreshToken) {
		return RefreshFlight.of(new PlainRefresh(refreshToken), refreshToken, SETTINGS);
	}

	OAuth2AccessTokenResponse refresh(String refreshToken) {
		return refresh("alice", "idp", refreshToken, Set.of());
	}

	OAuth2AccessTokenResponse refresh(String user, String registration, String refreshToken, Set<String> scopes) {
		return refresh(new TestingAuthenticationToken(user, null, List.of()), registration, refreshToken, scopes);
	}

	OAuth2AccessTokenResponse refresh(Authentication user, String registration, String refreshToken,
			Set<String> scopes) {
		OAuth2RefreshTokenGrantRequest request = new OAuth2RefreshTokenGrantRequest(registration(registration),
				expired("access-of-" + refreshToken), new OAuth2RefreshToken(refreshToken, null), scopes);
		return refresh(user, request);
	}

	OAuth2AccessTokenResponse refresh(OAuth2AccessTokenResponse due) {
		OAuth2RefreshTokenGrantRequest request = new OAuth2RefreshTokenGrantRequest(registration("idp"),
				due.getAccessToken(), Optional.ofNullable(due.getRefreshToken()).orElseThrow(), Set.of());
		return refresh(new TestingAuthenticationToken("alice", null, List.of()), request);
	}

	OAuth2AccessTokenResponse refresh(Authentication user, OAuth2RefreshTokenGrantRequest request) {
		OAuth2AuthorizationContext context = OAuth2AuthorizationContext
			.withClientRegistration(request.getClientRegistration())
			.principal(user)
			.build();
		return new CurrentAuthorization(context, false, false).call(() -> this.client.getTokenResponse(request));
	}

	List<TokenRefreshOutcome> takeOutcomes() {
		List<TokenRefreshOutcome> outcomes = this.events.stream().map(TokenRefreshEvent::outcome).toList();
		this.events.clear();
		return outcomes;
	}

	static OAuth2AccessToken expired(String value) {
		Instant expired = Instant.now().minusSeconds(10);
		return new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, value, expired.minusSeconds(300), expired,
				Set.of("openid", "read"));
	}

	static ClientRegistration registration(String id) {
		return ClientRegistration.withRegistrationId(id)
			.clientId("app")
			.clientSecret("secret")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("http://app.example/")
			.authorizationUri("http://idp.example/authorize")
			.tokenUri("http://idp.example/token")
			.build();
	}

}
