package io.github.oauth2state.refresh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.test.util.ReflectionTestUtils;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Which strategy an app gets, and which warnings and errors.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefreshAutoConfigurationTests {

	private final ApplicationContextRunner bare = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
				TokensAutoConfiguration.class, RefreshStrategyAutoConfiguration.class, RefreshAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.bare.withBean(StateStore.class, SpiedStore::new);

	@Test
	void instancesAgreeThroughAStore() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(SingleFlightStrategy.class)
			.hasSingleBean(ManagerCoordinator.class));
	}

	@Test
	void nothingIsDoneWithoutAStore() {
		this.bare.withPropertyValues("oauth2-state.store=cookie")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(TokenRefreshStrategy.class)
				.doesNotHaveBean(ManagerCoordinator.class));
	}

	@Test
	void earlyNeedsNoStore() {
		this.bare.withPropertyValues("oauth2-state.store=cookie", "oauth2-state.refresh.strategy=early")
			.run((context) -> assertThat(context).hasSingleBean(EarlyStrategy.class)
				.hasSingleBean(ManagerCoordinator.class));
	}

	@Test
	void singleFlightWithoutAStoreStopsTheApp() {
		this.bare.withPropertyValues("oauth2-state.store=cookie", "oauth2-state.refresh.strategy=single-flight")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("oauth2-state.refresh.strategy"));
	}

	@Test
	void noneLeavesSpringSecurityAlone() {
		this.runner.withPropertyValues("oauth2-state.refresh.strategy=none")
			.run((context) -> assertThat(context).doesNotHaveBean(TokenRefreshStrategy.class)
				.doesNotHaveBean(ManagerCoordinator.class));
	}

	@Test
	void libraryThatIsOffLeavesSpringSecurityAlone() {
		this.runner.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ManagerCoordinator.class));
	}

	@Test
	void strategyOfTheAppReplacesThoseOfTheLibrary() {
		TokenRefreshStrategy own = mock(TokenRefreshStrategy.class);
		this.runner.withBean(TokenRefreshStrategy.class, () -> own)
			.withPropertyValues("oauth2-state.refresh.strategy=none")
			.run((context) -> {
				assertThat(context).hasSingleBean(ManagerCoordinator.class);
				assertThat(context.getBean(TokenRefreshStrategy.class)).isSameAs(own);
			});
	}

	@ParameterizedTest
	@CsvSource({ "strategy, often", "lease, soon", "on-store-failure, maybe", "client-credentials, perhaps",
			"early.window, a while" })
	void malformedValueStopsTheAppWhateverItsStrategy(String property, String value) {
		String name = "oauth2-state.refresh." + property;
		assertThat(StartupFailure.analysisOf(this.runner, name + "=" + value)).contains(name);
		assertThat(StartupFailure.analysisOf(
				this.runner.withBean(TokenRefreshStrategy.class, () -> mock(TokenRefreshStrategy.class)),
				name + "=" + value))
			.contains(name);
	}

	@Test
	void appWithoutOAuth2ClientsStarts() {
		this.runner.withClassLoader(new FilteredClassLoader(OAuth2AuthorizedClientManager.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TokenRefreshStrategy.class));
	}

	@Test
	void appWithoutServletsStarts() {
		this.runner.withClassLoader(new FilteredClassLoader("jakarta.servlet", "org.springframework.web.servlet"))
			.withBean(OAuth2AuthorizedClientService.class, RefreshAutoConfigurationTests::inMemory)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ManagerCoordinator.class));
	}

	@ParameterizedTest
	@CsvSource({ "lease, 999ms", "lease, 61s", "wait-timeout, 0s", "wait-timeout, 6m", "replay-window, 0s",
			"replay-window, 2h", "failure-window, -1s", "failure-window, 61s", "early.window, -1s", "early.window, 2h",
			"early.jitter, 1.5", "early.jitter, -0.1", "early.jitter, NaN", "early.interval, 0s",
			"early.interval, 2h" })
	void absurdValueStopsTheApp(String property, String value) {
		this.runner.withPropertyValues("oauth2-state.refresh." + property + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("oauth2-state.refresh." + property));
	}

	/**
	 * Spring Boot gives every app such a service, and most never use what is in it.
	 */
	@Test
	void tokensInMemoryAreNotWarnedAboutBeforeTheyAreUsed(CapturedOutput output) {
		this.runner.withBean(OAuth2AuthorizedClientService.class, RefreshAutoConfigurationTests::inMemory)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("memory of its own");
	}

	@Test
	void threadsEndWithTheApp() {
		this.runner.run((context) -> {
			SingleFlightStrategy strategy = context.getBean(SingleFlightStrategy.class);
			context.close();
			assertThat(strategy).extracting("instances.renewal.executor.shutdown").isEqualTo(true);
		});
	}

	/**
	 * The executor takes jobs, and waits for them, until it is destroyed.
	 */
	@Test
	void strategyIsKeptForTheLastJobsOfTheApp() throws Exception {
		CompletableFuture<Boolean> ended = new CompletableFuture<>();
		this.runner.withBean("jobs", ThreadPoolTaskExecutor.class, () -> {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setAcceptTasksAfterContextClose(true);
			executor.setWaitForTasksToCompleteOnShutdown(true);
			executor.setAwaitTerminationSeconds(20);
			return executor;
		}).run((context) -> {
			SingleFlightStrategy strategy = context.getBean(SingleFlightStrategy.class);
			CountDownLatch running = new CountDownLatch(1);
			CompletableFuture<Void> closing = new CompletableFuture<>();
			context.getSourceApplicationContext(ConfigurableApplicationContext.class)
				.addApplicationListener((ContextClosedEvent event) -> closing.complete(null));
			context.getBean(ThreadPoolTaskExecutor.class).execute(() -> {
				running.countDown();
				closing.join();
				Together.sleep(1000);
				ended.complete(isStopped(strategy));
			});
			running.await();
			context.close();
		});
		assertThat(ended.get(30, TimeUnit.SECONDS)).isFalse();
	}

	private static boolean isStopped(SingleFlightStrategy strategy) {
		Object renewal = ReflectionTestUtils.getField(ReflectionTestUtils.getField(strategy, "instances"), "renewal");
		return ((ExecutorService) ReflectionTestUtils.getField(renewal, "executor")).isShutdown();
	}

	private static InMemoryOAuth2AuthorizedClientService inMemory() {
		return new InMemoryOAuth2AuthorizedClientService(
				new InMemoryClientRegistrationRepository(TestInstance.registration("idp")));
	}

}
