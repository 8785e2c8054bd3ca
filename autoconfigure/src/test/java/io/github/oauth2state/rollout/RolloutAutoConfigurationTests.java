package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.RolloutRequest;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link RolloutAutoConfiguration}.
 */
class RolloutAutoConfigurationTests {

	private static final String COOKIE = new BrowserIdCookie("application",
			new CookieSettings("oauth2-state", null, false, null, true))
		.name(browser(Map.of()));

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withPropertyValues("oauth2-state.store=memory")
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class,
				MemoryStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class,
				OpenFeatureAutoConfiguration.class, RolloutAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "oauth2-state.rollout.percentage,-1,0 to 100", "oauth2-state.rollout.percentage,100.5,0 to 100" })
	void misconfigurationStopsTheAppAndNamesThePropertyAndTheFix(String property, String value, String fix) {
		assertThat(StartupFailure.analysisOf(this.app, property + "=" + value)).contains(property, value, fix);
	}

	@ParameterizedTest
	@CsvSource({ "oauth2-state.store=cookie,no key is configured",
			"oauth2-state.on-store-failure=cookie,no key is configured", "oauth2-state.cookie.keys=planted,number 1" })
	void missingKeyStopsTheAppAndSaysHowToMakeOne(String properties, String reason) {
		assertThat(StartupFailure.analysisOf(this.app, properties.split(";")))
			.contains("oauth2-state.cookie.keys", reason, "openssl rand -base64 32")
			.doesNotContain("planted");
	}

	@ParameterizedTest
	@ValueSource(strings = { "oauth2-state.cookie.keys[1]", "oauth2-state.cookie.keys[0].key" })
	void listOfKeysStopsTheAppAndShowsNone(String name) {
		assertThat(StartupFailure.analysisOf(this.app, name + "=planted", "oauth2-state.store=cookie"))
			.contains("oauth2-state.cookie.keys in the place of " + name)
			.doesNotContain("planted");
	}

	@Test
	void everybodyIsRolledOutByDefaultAndNoCookieIsSet() {
		this.app.run((context) -> assertThat(decide(context.getBean(Rollout.class), Map.of()))
			.isEqualTo(new Rollout.Decision(true, List.of())));
	}

	@ParameterizedTest
	@CsvSource({ "0,false", "100,true" })
	void cookieGoesWhereThereIsNothingToKeep(String percentage, boolean rolledOut) {
		this.app.withPropertyValues("oauth2-state.rollout.percentage=" + percentage).run((context) -> {
			Rollout rollout = context.getBean(Rollout.class);
			assertThat(decide(rollout, Map.of())).isEqualTo(new Rollout.Decision(rolledOut, List.of()));
			Rollout.Decision decision = decide(rollout, Map.of(COOKIE, BrowserIdCookie.newId()));
			assertThat(decision.rolledOut()).isEqualTo(rolledOut);
			assertThat(decision.cookies()).singleElement()
				.satisfies((cookie) -> assertThat(cookie).hasToString(COOKIE
						+ "=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; SameSite=Lax"));
		});
	}

	@Test
	void cookieIsSetOnceAndKeepsTheBrowserWhereItIs() {
		this.app.withPropertyValues("oauth2-state.rollout.percentage=50").run((context) -> {
			Rollout rollout = context.getBean(Rollout.class);
			for (int i = 0; i < 200; i++) {
				Rollout.Decision first = decide(rollout, Map.of());
				assertThat(first.cookies()).hasSize(1);
				Map<String, String> cookies = Map.of(COOKIE, first.cookies().get(0).getValue());
				assertThat(decide(rollout, cookies)).isEqualTo(new Rollout.Decision(first.rolledOut(), List.of()));
			}
		});
	}

	@Test
	void madeUpCookieIsReplaced() {
		this.app.withPropertyValues("oauth2-state.rollout.percentage=50").run((context) -> {
			for (String madeUp : List.of("", "x", "x".repeat(23), "%".repeat(22), "x".repeat(10_000))) {
				assertThat(decide(context.getBean(Rollout.class), Map.of(COOKIE, madeUp)).cookies()).hasSize(1);
			}
		});
	}

	@Test
	void deciderReplacesThePercentage() {
		List<RolloutRequest> seen = new ArrayList<>();
		this.app.withPropertyValues("oauth2-state.rollout.percentage=0")
			.withBean(RolloutDecider.class, () -> (request) -> {
				seen.add(request);
				return "beta".equals(request.attribute("group"));
			})
			.run((context) -> {
				Rollout rollout = context.getBean(Rollout.class);
				assertThat(rollout.hasDecider()).isTrue();
				assertThat(rollout.decide("keycloak", browser(Map.of()), Map.of("group", "beta")::get))
					.isEqualTo(new Rollout.Decision(true, List.of()));
				assertThat(decide(rollout, Map.of())).isEqualTo(new Rollout.Decision(false, List.of()));
				assertThat(seen).extracting(RolloutRequest::registrationId).containsExactly("keycloak", "keycloak");
			});
	}

	@Test
	void browserHasAnIdIfTheDeciderAsksForIt() {
		List<String> ids = new ArrayList<>();
		this.app.withBean(RolloutDecider.class, () -> (request) -> {
			ids.add(request.browserId());
			ids.add(request.browserId());
			return true;
		}).run((context) -> {
			Rollout.Decision decision = decide(context.getBean(Rollout.class), Map.of());
			assertThat(decision.cookies()).singleElement()
				.satisfies((cookie) -> assertThat(ids).containsOnly(cookie.getValue()));
		});
	}

	@Test
	void browserKeepsItsIdWhileTheDeciderFails() {
		this.app.withPropertyValues("oauth2-state.rollout.percentage=0")
			.withBean(RolloutDecider.class, () -> (request) -> {
				throw new IllegalStateException("no flags today");
			})
			.run((context) -> assertThat(
					decide(context.getBean(Rollout.class), Map.of(COOKIE, BrowserIdCookie.newId())).cookies())
				.isEmpty());
	}

	@Test
	void percentageDecidesWhereTheDeciderFails() {
		this.app.withPropertyValues("oauth2-state.rollout.percentage=0")
			.withBean(RolloutDecider.class, () -> (request) -> {
				throw new IllegalStateException("no flags today");
			})
			.run((context) -> assertThat(decide(context.getBean(Rollout.class), Map.of()).rolledOut()).isFalse());
	}

	@ParameterizedTest
	@CsvSource({ ",false", "oauth2-state.rollout.at-runtime=true,true", "oauth2-state.rollout.at-runtime=false,false",
			"management.endpoint.oauth2state.access=UNRESTRICTED,true",
			"management.endpoint.oauth2state.access=read-only,false",
			"management.endpoints.access.default=unrestricted,true",
			"management.endpoints.access.default=read-only,false",
			"management.endpoints.access.default=unrestricted;management.endpoint.oauth2state.access=read-only,false",
			"management.endpoints.access.default=none;management.endpoint.oauth2state.access=unrestricted,true",
			"management.endpoint.oauth2state.access=unrestricted;management.endpoints.access.max-permitted=read-only,false",
			"management.endpoints.access.default=unrestricted;management.endpoints.access.max-permitted=none,false",
			"management.endpoint.oauth2-state.access=unrestricted,true",
			"management.endpoints.access.default=unrestricted;oauth2-state.rollout.at-runtime=false,false",
			"management.endpoints.access.max-permitted=read-only;oauth2-state.rollout.at-runtime=true,true" })
	void storeIsReadForThePercentageOnlyWhereItCanBeSet(@Nullable String properties, boolean read) {
		ApplicationContextRunner runner = (properties != null) ? this.app.withPropertyValues(properties.split(";"))
				: this.app;
		runner.run((context) -> assertThat(context.getBeansOfType(ClusterPercentage.class)).hasSize(read ? 1 : 0));
	}

	@Test
	void percentageIsReadOnConnectionsThatLoginsDoNotUse() {
		List<RecordingStore> opened = new ArrayList<>();
		this.app.withBean("configured", ConfiguredStore.class, () -> new ConfiguredStore<>(StoreType.REDIS, () -> {
			opened.add(new RecordingStore());
			return opened.get(opened.size() - 1);
		}))
			.withBean("store", StateStore.class, () -> opened.get(0), (bean) -> bean.setDependsOn("configured"))
			.withPropertyValues("oauth2-state.rollout.at-runtime=true")
			.run((context) -> {
				context.getBean(ClusterPercentage.class).set(new Percentage(BigDecimal.TEN));
				assertThat(opened).hasSize(2);
				assertThat(opened.get(0).calls).isEmpty();
				assertThat(opened.get(1).calls).contains("find", "put");
			});
		assertThat(opened).allMatch((store) -> store.calls.contains("destroy"));
	}

	@Test
	void percentageIsSetAndClearedBesideTheConfiguredOne() {
		this.app
			.withPropertyValues("oauth2-state.rollout.percentage=20.0", "oauth2-state.rollout.at-runtime=true",
					"oauth2-state.store=memory")
			.run((context) -> {
				Rollout rollout = context.getBean(Rollout.class);
				assertThat(rollout.canSetPercentage()).isTrue();
				rollout.setPercentage("37.50");
				assertThat(rollout.percentage()).hasToString("37.5");
				assertThat(rollout.percentageSetAtRuntime()).contains(new BigDecimal("37.5"));
				assertThat(rollout.configuredPercentage()).hasToString("20");
				rollout.setPercentage(null);
				assertThat(rollout.percentage()).hasToString("20");
				assertThat(rollout.percentageSetAtRuntime()).isEmpty();
				assertThatIllegalArgumentException().isThrownBy(() -> rollout.setPercentage("101"));
			});
	}

	@Test
	void percentageCannotBeSetWhereThatIsNotAllowed() {
		this.app.run((context) -> {
			Rollout rollout = context.getBean(Rollout.class);
			assertThat(rollout.canSetPercentage()).isFalse();
			assertThatIllegalStateException().isThrownBy(() -> rollout.setPercentage("37"));
			assertThat(rollout.percentageSetAtRuntime()).isEmpty();
		});
	}

	@Test
	void percentageIsReadFromAStoreOfTheApps() {
		RecordingStore own = new RecordingStore();
		this.app.withBean("store", StateStore.class, () -> own)
			.withBean("configured", ConfiguredStore.class,
					() -> new ConfiguredStore<>(StoreType.REDIS, RecordingStore::new))
			.withPropertyValues("oauth2-state.rollout.at-runtime=true")
			.run((context) -> {
				context.getBean(ClusterPercentage.class).start();
				assertThat(own.calls).contains("find");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "oauth2-state.tokens.keys", "oauth2-state.cookie.keys" })
	void percentageInTheStoreCountsOnlyWithTheKeysThatAreConfigured(String property) {
		RecordingStore own = new RecordingStore();
		own.value = ("1;37;" + System.currentTimeMillis()).getBytes(StandardCharsets.US_ASCII);
		ApplicationContextRunner runner = this.app.withBean("store", StateStore.class, () -> own)
			.withPropertyValues("oauth2-state.rollout.at-runtime=true");
		runner.run((context) -> assertThat(context.getBean(ClusterPercentage.class).current()).hasToString("37"));
		ApplicationContextRunner withKeys = runner
			.withPropertyValues(property + "=one:p2YxZ0X7c3O2m1Q9bT4s6R8vU5wE0yA3dF7gH2jK4lM");
		withKeys.run((context) -> assertThat(context.getBean(ClusterPercentage.class).current()).hasToString("100"));
		withKeys.withPropertyValues("oauth2-state.rollout.verify=false")
			.run((context) -> assertThat(context.getBean(ClusterPercentage.class).current()).hasToString("37"));
	}

	@Test
	void actuatorIsNotNeededForThePercentageAtRuntime() {
		ApplicationContextRunner without = this.app
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"));
		without.withPropertyValues("management.endpoints.access.default=unrestricted")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ClusterPercentage.class));
		without.withPropertyValues("oauth2-state.rollout.at-runtime=true")
			.run((context) -> assertThat(context).hasSingleBean(ClusterPercentage.class));
	}

	@Test
	void flagWithoutOpenFeatureStopsTheApp() {
		assertThat(StartupFailure.analysisOf(this.app.withClassLoader(new FilteredClassLoader("dev.openfeature")),
				"oauth2-state.rollout.openfeature.flag-key=shared-logins"))
			.contains("oauth2-state.rollout.openfeature.flag-key", "dev.openfeature:sdk");
	}

	private static Rollout.Decision decide(Rollout rollout, Map<String, String> cookies) {
		return rollout.decide("keycloak", browser(cookies), (name) -> null);
	}

	private static BrowserRequest browser(Map<String, String> cookies) {
		return new BrowserRequest(true, "/oauth2/authorization/keycloak", false, cookies);
	}

	/**
	 * A store of one record, that notes what it is asked.
	 */
	private static final class RecordingStore implements StateStore, DisposableBean {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		private byte @Nullable [] value;

		@Override
		public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
			this.calls.add("put");
			return Optional.empty();
		}

		@Override
		public Optional<byte[]> find(StateKey key) {
			this.calls.add("find");
			return Optional.ofNullable(this.value);
		}

		@Override
		public Optional<byte[]> take(StateKey key) {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
			this.calls.add("replace");
			return false;
		}

		@Override
		public boolean remove(StateKey key, byte[] expected) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void destroy() {
			this.calls.add("destroy");
		}

	}

}
