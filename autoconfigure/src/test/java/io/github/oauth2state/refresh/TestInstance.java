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
import io.github.oauth2state.refresh.ManagerCoordinator.CoordinatedTokenClient;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.refresh.RefreshProperties.WithoutStore;

/**
 * What one instance does with refresh tokens, without the rest of an app.
 */
final class TestInstance {

	private static final RefreshProperties.Early NEVER_EARLY = new RefreshProperties.Early(Duration.ZERO, 0,
			Duration.ofSeconds(10));

	static final Refusals NO_HANDLERS = new Refusals(List::of);

	static final RefreshProperties PROPERTIES = properties(WithoutStore.UNCOORDINATED, KeyScope.PRINCIPAL);

	private final List<TokenRefreshEvent> events = new CopyOnWriteArrayList<>();

	private final CoordinatedTokenClient<OAuth2RefreshTokenGrantRequest> client;

	TestInstance(StateStore store, StrictProvider provider) {
		this(store, provider, PROPERTIES, null);
	}

	TestInstance(StateStore store, StrictProvider provider, RefreshProperties properties,
			@Nullable OAuth2AuthorizedClientService clients) {
		this(singleFlight(store, properties, "app"), provider, clients);
	}

	TestInstance(TokenRefreshStrategy strategy, StrictProvider provider,
			@Nullable OAuth2AuthorizedClientService clients) {
		this(strategy, provider, clients, NO_HANDLERS);
	}

	TestInstance(TokenRefreshStrategy strategy, StrictProvider provider,
			@Nullable OAuth2AuthorizedClientService clients, Refusals refusals) {
		StrategyRunner runner = new StrategyRunner(strategy, List.of(this.events::add), clients, refusals);
		this.client = new CoordinatedTokenClient<>(provider, () -> runner);
	}

	static SingleFlightStrategy singleFlight(StateStore store, RefreshProperties properties, String namespace) {
		EarlyStrategy never = new EarlyStrategy(properties, Duration.ZERO, 0, InstantSource.system());
		return new SingleFlightStrategy(properties, namespace, never, store, null);
	}

	static RefreshProperties properties(Duration earlyWindow, double jitter) {
		return properties(Duration.ofSeconds(2), Duration.ofSeconds(15), Duration.ofSeconds(2),
				WithoutStore.UNCOORDINATED, KeyScope.PRINCIPAL,
				new RefreshProperties.Early(earlyWindow, jitter, Duration.ofSeconds(10)));
	}

	static RefreshProperties properties(WithoutStore onStoreFailure, KeyScope keyScope) {
		return properties(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(2), onStoreFailure, keyScope,
				NEVER_EARLY);
	}

	static RefreshProperties properties(Duration lease, Duration waitTimeout, Duration failureWindow) {
		return properties(lease, waitTimeout, failureWindow, WithoutStore.UNCOORDINATED, KeyScope.PRINCIPAL,
				NEVER_EARLY);
	}

	private static RefreshProperties properties(Duration lease, Duration waitTimeout, Duration failureWindow,
			WithoutStore onStoreFailure, KeyScope keyScope, RefreshProperties.Early early) {
		return new RefreshProperties(null, lease, waitTimeout, Duration.ofSeconds(30), failureWindow, onStoreFailure,
				RefreshProperties.OnRefusal.KEEP, keyScope, true, early);
	}

	/**
	 * The key of all requests that refresh with a token.
	 */
	static RefreshKey key(String refreshToken) {
		return RefreshKey.of(new PlainRefresh(refreshToken), KeyScope.PRINCIPAL, "app", null);
	}

	/**
	 * The entry of a request that refreshes with a token.
	 */
	static StoredRefresh entry(String refreshToken, StateStore store) {
		return new StoredRefresh(key(refreshToken), store, PROPERTIES);
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

	/**
	 * Refreshes while the access token is valid.
	 */
	OAuth2AccessTokenResponse refreshEarly(String refreshToken) {
		OAuth2RefreshTokenGrantRequest request = new OAuth2RefreshTokenGrantRequest(registration("idp"),
				expired("access-of-" + refreshToken), new OAuth2RefreshToken(refreshToken, null));
		OAuth2AuthorizationContext context = OAuth2AuthorizationContext
			.withClientRegistration(request.getClientRegistration())
			.principal(new TestingAuthenticationToken("alice", null, List.of()))
			.build();
		return new CurrentAuthorization(context, true, false).call(() -> this.client.getTokenResponse(request));
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
