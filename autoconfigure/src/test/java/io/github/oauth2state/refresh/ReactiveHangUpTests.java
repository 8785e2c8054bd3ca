package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.mock.web.server.MockWebSession;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.RefreshTokenReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.server.WebSessionServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.github.oauth2state.StateStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reactive requests whose clients hang up while tokens are refreshed, and reactive
 * requests that wait.
 */
class ReactiveHangUpTests {

	private static final int USERS = 1000;

	private final SpiedStore store = new SpiedStore();

	private final SlowProvider provider = new SlowProvider();

	private final ReactiveWebApplicationContextRunner runner = ReactiveTestApp.runner()
		.withBean(StateStore.class, () -> this.store)
		.withBean(SlowProvider.class, () -> this.provider)
		.withPropertyValues(TestApp.registration("idp", "authorization_code", new TokenEndpoint()));

	@Test
	void refreshesOfWhichAFifthIsCancelledSpendNothingTwiceAndSaveEverything() {
		this.provider.delay = () -> Duration.ofMillis(ThreadLocalRandom.current().nextLong(50));
		this.runner.run((context) -> {
			users().forEach((user) -> ReactiveTestApp.save(context, user, user + ".0"));
			Flux.fromIterable(users()).flatMap((user) -> {
				Mono<String> request = authorize(context, user);
				boolean hangsUp = ThreadLocalRandom.current().nextInt(5) == 0;
				return hangsUp
						? request.timeout(Duration.ofMillis(ThreadLocalRandom.current().nextLong(60)), Mono.empty())
						: request;
			}, USERS).blockLast();
			// Some hang up before their request has begun
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(users()).filteredOn((user) -> kept(context, user).equals(user + ".1"))
					.hasSize(this.provider.strict.calls.get()));
			// Long after the results are forgotten
			this.store.forget();
			assertThat(Flux.fromIterable(users()).flatMap((user) -> authorize(context, user)).collectList().block())
				.hasSize(USERS);
			assertThat(users()).allSatisfy((user) -> assertThat(kept(context, user)).isEqualTo(user + ".1"));
			assertThat(this.provider.strict.calls).hasValue(USERS);
			assertThat(this.provider.refused).hasValue(0);
		});
	}

	@Test
	void requestThatIsCancelledAtOnceIsFinished() {
		this.provider.delay = () -> Duration.ofMillis(100);
		this.runner.run((context) -> {
			ReactiveTestApp.save(context, "alice", "alice.0");
			authorize(context, "alice").subscribe().dispose();
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(kept(context, "alice")).isEqualTo("alice.1"));
			assertThat(this.provider.strict.calls).hasValue(1);
		});
	}

	@Test
	void sessionThatHoldsTheTokensIsSavedIfItsRequestIsGone() {
		this.provider.delay = () -> Duration.ofMillis(100);
		WebSessionServerOAuth2AuthorizedClientRepository sessions = new WebSessionServerOAuth2AuthorizedClientRepository();
		this.runner.withBean(ServerOAuth2AuthorizedClientRepository.class, () -> sessions).run((context) -> {
			CountedSession session = new CountedSession();
			ServerWebExchange exchange = MockServerWebExchange.builder(MockServerHttpRequest.get("/"))
				.session(session)
				.build();
			Authentication alice = new TestingAuthenticationToken("alice", "none", "ROLE_USER");
			sessions.saveAuthorizedClient(ReactiveTestApp.expired(context, "alice", "alice.0"), alice, exchange)
				.block();
			context.getBean(ReactiveOAuth2AuthorizedClientManager.class)
				.authorize(OAuth2AuthorizeRequest.withClientRegistrationId("idp")
					.principal(alice)
					.attribute(ServerWebExchange.class.getName(), exchange)
					.build())
				.subscribe()
				.dispose();
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> session.saves.get() == 1);
			OAuth2AuthorizedClient kept = sessions.loadAuthorizedClient("idp", alice, exchange).block();
			assertThat(kept.getRefreshToken().getTokenValue()).isEqualTo("alice.1");
		});
	}

	/**
	 * From version 7.1 on, Spring Security refreshes the user after the tokens, and gives
	 * the session another id, which a browser that is gone does not receive.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void sessionKeepsItsIdIfItsRequestIsGone(boolean early) {
		this.provider.delay = () -> Duration.ofMillis(100);
		RefreshTokenReactiveOAuth2AuthorizedClientProvider provider = new RefreshTokenReactiveOAuth2AuthorizedClientProvider();
		provider.setAccessTokenResponseClient(this.provider);
		AtomicInteger changes = new AtomicInteger();
		ReactiveClientInternals.setUserRefresh(provider, (client, principal,
				attributes) -> Mono.delay(Duration.ofMillis(100)).then(Mono.fromRunnable(changes::incrementAndGet)));
		this.runner.withBean(RefreshTokenReactiveOAuth2AuthorizedClientProvider.class, () -> provider)
			.withPropertyValues("oauth2-state.refresh.early.window=" + (early ? "1h" : "0s"),
					"oauth2-state.refresh.early.jitter=0")
			.run((context) -> {
				save(context, "alice.0", early);
				authorize(context, "alice").subscribe().dispose();
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.untilAsserted(() -> assertThat(kept(context, "alice")).isEqualTo("alice.1"));
				assertThat(changes).hasValue(0);
				boolean refreshesUsers = ReactiveClientInternals.userRefresh(provider).isPresent();
				save(context, "alice.1", early);
				authorize(context, "alice").block();
				assertThat(kept(context, "alice")).isEqualTo("alice.2");
				assertThat(changes).hasValue(refreshesUsers ? 1 : 0);
			});
	}

	private static void save(ApplicationContext context, String refreshToken, boolean valid) {
		OAuth2AuthorizedClient expired = ReactiveTestApp.expired(context, "alice", refreshToken);
		Instant now = Instant.now();
		OAuth2AccessToken token = valid ? new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER,
				"access-of-" + refreshToken, now.minusSeconds(3600), now.plusSeconds(600)) : expired.getAccessToken();
		context.getBean(ReactiveOAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(new OAuth2AuthorizedClient(expired.getClientRegistration(), "alice", token,
					new OAuth2RefreshToken(refreshToken, now)), new TestingAuthenticationToken("alice", "none"))
			.block();
	}

	@Test
	void waitersNeedNoThreads() {
		this.provider.delay = () -> Duration.ofSeconds(1);
		this.runner.run((context) -> {
			ReactiveTestApp.save(context, "alice", "alice.0");
			AtomicInteger threads = new AtomicInteger();
			Mono<Long> counted = Mono.delay(Duration.ofMillis(500))
				.doOnNext((tick) -> threads.set(Thread.activeCount()));
			int before = Thread.activeCount();
			List<String> tokens = Flux.range(0, 1000)
				.flatMap((i) -> authorize(context, "alice"), 1000)
				.collectList()
				.zipWith(counted)
				.block()
				.getT1();
			assertThat(tokens).hasSize(1000).containsOnly("access-alice.0-1");
			assertThat(this.provider.strict.calls).hasValue(1);
			assertThat(threads.get() - before).isLessThan(20);
		});
	}

	private static List<String> users() {
		return Flux.range(0, USERS).map((i) -> "user" + i).collectList().block();
	}

	private static Mono<String> authorize(ApplicationContext context, String user) {
		return ReactiveTestApp.authorize(context.getBean(ReactiveOAuth2AuthorizedClientManager.class), "idp", user);
	}

	private static String kept(ApplicationContext context, String user) {
		return ReactiveTestApp.load(context, user).getRefreshToken().getTokenValue();
	}

	private static final class CountedSession extends MockWebSession {

		final AtomicInteger saves = new AtomicInteger();

		@Override
		public Mono<Void> save() {
			return super.save().then(Mono.fromRunnable(this.saves::incrementAndGet));
		}

	}

	/**
	 * Takes each refresh token once, at once, and answers later.
	 */
	static final class SlowProvider implements ReactiveOAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> {

		final StrictProvider strict = new StrictProvider();

		final AtomicInteger refused = new AtomicInteger();

		volatile Supplier<Duration> delay = () -> Duration.ZERO;

		@Override
		public Mono<OAuth2AccessTokenResponse> getTokenResponse(OAuth2RefreshTokenGrantRequest request) {
			return Mono.fromCallable(() -> this.strict.getTokenResponse(request))
				.doOnError((ex) -> this.refused.incrementAndGet())
				.delayElement(this.delay.get());
		}

	}

}
