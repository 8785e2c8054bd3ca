package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.DefaultReactiveOAuth2AuthorizedClientManager;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.ReactiveTokenRefresh;
import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.SynchronousStore;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Which strategy refreshes tokens in a reactive app.
 */
class ReactiveRefreshAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner bare = ReactiveTestApp.runner();

	private final ReactiveWebApplicationContextRunner runner = this.bare.withBean(StateStore.class, SpiedStore::new);

	@Test
	void instancesAgreeThroughAStore() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(ReactiveSingleFlightStrategy.class)
			.hasSingleBean(ReactiveManagerCoordinator.class)
			.doesNotHaveBean(TokenRefreshStrategy.class)
			.doesNotHaveBean(ManagerCoordinator.class));
	}

	@Test
	void reactiveStoreIsAStore() {
		this.bare.withBean(ReactiveStateStore.class, () -> new SynchronousStore(new SpiedStore()))
			.run((context) -> assertThat(context).hasSingleBean(ReactiveSingleFlightStrategy.class));
	}

	@Test
	void nothingIsDoneWithoutAStore() {
		this.bare.withPropertyValues("oauth2-state.store=cookie")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ReactiveTokenRefreshStrategy.class)
				.doesNotHaveBean(ReactiveManagerCoordinator.class));
	}

	@Test
	void earlyNeedsNoStore() {
		this.bare.withPropertyValues("oauth2-state.store=cookie", "oauth2-state.refresh.strategy=early")
			.run((context) -> assertThat(context).hasSingleBean(ReactiveEarlyStrategy.class)
				.hasSingleBean(ReactiveManagerCoordinator.class));
	}

	@Test
	void singleFlightWithoutAStoreStopsTheApp() {
		this.bare.withPropertyValues("oauth2-state.store=cookie", "oauth2-state.refresh.strategy=single-flight")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("oauth2-state.refresh.strategy"));
	}

	@Test
	void strategyThatBlocksStopsTheApp() {
		this.runner.withBean("mine", TokenRefreshStrategy.class, () -> mock(TokenRefreshStrategy.class))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("[mine]")
				.hasMessageContaining("blocks threads"));
	}

	@Test
	void strategyOfTheAppReplacesThoseOfTheLibrary() {
		try (TokenEndpoint endpoint = new TokenEndpoint()) {
			this.runner.withBean(ReactiveTokenRefreshStrategy.class, OwnStrategy::new)
				.withPropertyValues("oauth2-state.refresh.strategy=none")
				.withPropertyValues(TestApp.registration("idp", "authorization_code", endpoint))
				.run((context) -> {
					ReactiveTestApp.save(context, "alice", "token");
					assertThat(ReactiveTestApp
						.authorize(context.getBean(ReactiveOAuth2AuthorizedClientManager.class), "idp", "alice")
						.block()).startsWith("access-token");
					assertThat(OwnStrategy.asked.get()).isEqualTo("alice");
				});
		}
	}

	@ParameterizedTest
	@CsvSource({ "lease, 999ms", "wait-timeout, 0s", "replay-window, 0s", "early.window, -1s" })
	void absurdValueStopsTheApp(String property, String value) {
		this.runner.withPropertyValues("oauth2-state.refresh." + property + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("oauth2-state.refresh." + property));
	}

	@Test
	void appWithoutServletsStarts() {
		this.runner.withClassLoader(new FilteredClassLoader("jakarta.servlet", "org.springframework.web.servlet"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ReactiveManagerCoordinator.class));
	}

	@Test
	void stopWaitsForARefreshWhoseRequestIsGone() {
		try (TokenEndpoint endpoint = new TokenEndpoint()) {
			this.runner.withPropertyValues(TestApp.registration("idp", "authorization_code", endpoint))
				.run((context) -> {
					endpoint.delay = 1000;
					ReactiveTestApp.save(context, "alice", "token");
					ReactiveTestApp
						.authorize(context.getBean(ReactiveOAuth2AuthorizedClientManager.class), "idp", "alice")
						.timeout(Duration.ofMillis(100), Mono.empty())
						.block();
					context.getBean(ReactiveStrategyRunner.class).stop();
					while (context.getBean(ReactiveStrategyRunner.class).isRunning()) {
						Together.sleep(10);
					}
					assertThat(ReactiveTestApp.load(context, "alice").getRefreshToken().getTokenValue())
						.isEqualTo("token+");
				});
		}
	}

	@Test
	void fieldsThatAreReadAreKeptInANativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new ReactiveClientInternals.ReactiveHints().registerHints(hints, getClass().getClassLoader());
		for (String field : new String[] { "authorizedClientProvider", "DEFAULT_AUTHORIZED_CLIENT_PROVIDER",
				"authorizationSuccessHandler", "authorizationFailureHandler", "contextAttributesMapper" }) {
			assertThat(RuntimeHintsPredicates.reflection()
				.onFieldAccess(DefaultReactiveOAuth2AuthorizedClientManager.class, field)).accepts(hints);
		}
	}

	private static final class OwnStrategy implements ReactiveTokenRefreshStrategy {

		static final AtomicReference<String> asked = new AtomicReference<>();

		@Override
		public Mono<TokenRefreshResult> refresh(ReactiveTokenRefresh refresh) {
			asked.set(refresh.principalName());
			return refresh.call().map((response) -> new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, response));
		}

	}

}
