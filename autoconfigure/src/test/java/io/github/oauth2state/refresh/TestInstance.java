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
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.SynchronousStore;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.refresh.ManagerCoordinator.CoordinatedTokenClient;
import io.github.oauth2state.refresh.ReactiveManagerCoordinator.ReactiveCoordinatedTokenClient;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.refresh.RefreshProperties.WithoutStore;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * What one instance does with refresh tokens, without the rest of an app.
 */
final class TestInstance {

	private static final RefreshProperties.Early NEVER_EARLY = new RefreshProperties.Early(Duration.ZERO, 0,
			Duration.ofSeconds(10));

	static final Refusals NO_HANDLERS = new Refusals(List::of);

	static final RefreshProperties PROPERTIES = properties(WithoutStore.UNCOORDINATED, KeyScope.PRINCIPAL);

	private final List<TokenRefreshEvent> events = new CopyOnWriteArrayList<>();

	private final Requests requests;

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
		CoordinatedTokenClient<OAuth2RefreshTokenGrantRequest> client = new CoordinatedTokenClient<>(provider,
				() -> runner);
		this.requests = (authorization, request) -> authorization.call(() -> client.getTokenResponse(request));
	}

	TestInstance(ReactiveTokenRefreshStrategy strategy, StrictProvider provider,
			@Nullable OAuth2AuthorizedClientService clients) {
		ReactiveStrategyRunner runner = new ReactiveStrategyRunner(strategy, List.of(this.events::add),
				(clients != null) ? new BlockingClients(clients) : null, new ReactiveRefusals(List::of), Duration.ZERO);
		ReactiveCoordinatedTokenClient<OAuth2RefreshTokenGrantRequest> client = new ReactiveCoordinatedTokenClient<>(
				(request) -> Mono.defer(() -> call(provider, request)).subscribeOn(Schedulers.boundedElastic()),
				() -> runner);
		this.requests = (authorization, request) -> client.getTokenResponse(request)
			.contextWrite((context) -> context.put(CurrentAuthorization.class, authorization)
				.put(TokenLineage.Notes.class, new TokenLineage.Notes()))
			.block();
	}

	/**
	 * Passes on errors that Reactor takes for those of the JVM.
	 */
	private static Mono<OAuth2AccessTokenResponse> call(StrictProvider provider,
			OAuth2RefreshTokenGrantRequest request) {
		try {
			return Mono.justOrEmpty(provider.getTokenResponse(request));
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	static SingleFlightStrategy singleFlight(StateStore store, RefreshProperties properties, String namespace) {
		EarlyWindow never = new EarlyWindow(properties, Duration.ZERO, 0, InstantSource.system());
		return new SingleFlightStrategy(properties, namespace, never, store, null);
	}

	static ReactiveSingleFlightStrategy reactiveSingleFlight(StateStore store, RefreshProperties properties,
			String namespace) {
		EarlyWindow never = new EarlyWindow(properties, Duration.ZERO, 0, InstantSource.system());
		return new ReactiveSingleFlightStrategy(properties, namespace, never, new SynchronousStore(store), null);
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
		return this.requests.refresh(new CurrentAuthorization(context, false, false), request);
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
		return this.requests.refresh(new CurrentAuthorization(context, true, false), request);
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

	/**
	 * The stacks, which do the same with refresh tokens.
	 */
	enum Stack {

		SERVLET,

		REACTIVE;

		TestInstance instance(StateStore store, StrictProvider provider) {
			return instance(store, provider, PROPERTIES, null);
		}

		TestInstance instance(StateStore store, StrictProvider provider, RefreshProperties properties,
				@Nullable OAuth2AuthorizedClientService clients) {
			return instance(store, provider, properties, "app", clients);
		}

		TestInstance instance(StateStore store, StrictProvider provider, RefreshProperties properties, String namespace,
				@Nullable OAuth2AuthorizedClientService clients) {
			return (this == SERVLET) ? new TestInstance(singleFlight(store, properties, namespace), provider, clients)
					: new TestInstance(reactiveSingleFlight(store, properties, namespace), provider, clients);
		}

	}

	/**
	 * Sends a request for tokens as a part of an authorization, and waits for them.
	 */
	@FunctionalInterface
	private interface Requests {

		OAuth2AccessTokenResponse refresh(CurrentAuthorization authorization, OAuth2RefreshTokenGrantRequest request);

	}

	/**
	 * Clients of a servlet app, for a reactive one.
	 */
	private record BlockingClients(
			OAuth2AuthorizedClientService clients) implements ReactiveOAuth2AuthorizedClientService {

		@Override
		public <T extends OAuth2AuthorizedClient> Mono<T> loadAuthorizedClient(String registrationId,
				String principalName) {
			return Mono.fromCallable(() -> this.clients.loadAuthorizedClient(registrationId, principalName));
		}

		@Override
		public Mono<Void> saveAuthorizedClient(OAuth2AuthorizedClient client, Authentication principal) {
			return Mono.fromRunnable(() -> this.clients.saveAuthorizedClient(client, principal));
		}

		@Override
		public Mono<Void> removeAuthorizedClient(String registrationId, String principalName) {
			return Mono.fromRunnable(() -> this.clients.removeAuthorizedClient(registrationId, principalName));
		}

	}

}
