package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.lettuce.core.ScriptOutputType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.tokens.TokenLineage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens that two instances of an app share, on real stores.
 */
class SharedTokensTests {

	private static final String KEY = Keys.random("a");

	/**
	 * Where tokens are kept. Logins are kept elsewhere or in the same place.
	 */
	@SuppressWarnings("ImmutableEnumChecker")
	enum Store {

		REDIS, REDIS_WITH_LOGINS_ELSEWHERE, POSTGRESQL, POSTGRESQL_WITH_LOGINS_ELSEWHERE;

		private @Nullable Scene scene;

		synchronized Scene open() {
			if (this.scene == null) {
				this.scene = new Scene(name().startsWith("REDIS") ? new RedisRecords() : new PostgresRecords(),
						name().startsWith("REDIS") ? "redis" : "jdbc", name().endsWith("ELSEWHERE"));
			}
			this.scene.records.clear();
			return this.scene;
		}

		synchronized void close() {
			if (this.scene != null) {
				this.scene.close();
				this.scene = null;
			}
		}

	}

	@AfterAll
	static void close() {
		for (Store store : Store.values()) {
			store.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatOneInstanceSavesAnotherLoadsAndRemoves(Store store) {
		Scene scene = store.open();
		scene.login("alice", "a1", "r1");
		OAuth2AuthorizedClient loaded = scene.two.loadAuthorizedClient("app", "alice");
		OAuth2AuthorizedClient saved = scene.client("alice", "a1", "r1");
		assertThat(loaded.getAccessToken()).isEqualTo(saved.getAccessToken());
		assertThat(loaded.getAccessToken().getScopes()).isEqualTo(saved.getAccessToken().getScopes());
		assertThat(loaded.getRefreshToken()).isEqualTo(saved.getRefreshToken());
		assertThat(loaded.getClientRegistration().getRegistrationId()).isEqualTo("app");
		scene.two.removeAuthorizedClient("app", "alice");
		assertThat(scene.load("alice")).isNull();
		assertThat(scene.records.size()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void loadIsOneCallAndSoAreTheFirstSaveAndThatOfAnAdopter(Store store) {
		Scene scene = store.open();
		scene.load("alice");
		assertThat(scene.calls(() -> scene.load("alice"))).isOne();
		assertThat(scene.calls(() -> scene.login("alice", "a1", "r1"))).isOne();
		assertThat(scene.calls(() -> scene.load("alice"))).isOne();
		assertThat(scene.calls(() -> scene.refresh("alice", "r0", "a1", "r1"))).isOne();
		assertThat(scene.calls(() -> scene.one.removeAuthorizedClient("app", "alice"))).isOne();
	}

	@ParameterizedTest
	@EnumSource
	void storeShowsNeitherTokensNorUsers(Store store) {
		Scene scene = store.open();
		scene.login("planted-alice", "planted-access", "planted-refresh");
		List<String> dump = new ArrayList<>();
		scene.records.rewrite((value) -> {
			dump.add(new String(value, StandardCharsets.ISO_8859_1));
			return value;
		});
		assertThat(dump).hasSize(1)
			.allSatisfy((value) -> assertThat(value).doesNotContain("planted", "alice", "openid", "Bearer"));
	}

	@ParameterizedTest
	@EnumSource
	void recordsOfTwoUsersThatWereSwappedDoNotOpen(Store store) {
		Scene scene = store.open();
		scene.login("alice", "a1", "r1");
		scene.login("mallory", "m1", "s1");
		scene.records.swap();
		assertThat(scene.load("alice")).isNull();
		assertThat(scene.load("mallory")).isNull();
		scene.records.swap();
		assertThat(scene.load("alice")).isEqualTo("a1/r1");
		assertThat(scene.load("mallory")).isEqualTo("m1/s1");
	}

	@ParameterizedTest
	@EnumSource
	void alteredRecordIsAbsentAndTheNextSaveReplacesIt(Store store) {
		Scene scene = store.open();
		for (int i = 0; i < 30; i++) {
			int at = i;
			scene.login("alice", "a1", "r1");
			scene.records.rewrite((value) -> {
				value[at * (value.length - 1) / 29] ^= 1;
				return value;
			});
			assertThat(scene.load("alice")).isNull();
			scene.refresh("alice", "r1", "a2", "r2");
			assertThat(scene.load("alice")).isEqualTo("a2/r2");
		}
	}

	@ParameterizedTest
	@EnumSource
	void pausedSaveNeverOverwritesAndRefusedTokenRemovesNothingNewer(Store store) {
		Scene scene = store.open();
		scene.login("alice", "a1", "r1");
		scene.refresh("alice", "r1", "a2", "r2");
		scene.refresh("alice", "r2", "a3", "r3");
		scene.refresh("alice", "r1", "a2", "r2");
		assertThat(scene.load("alice")).isEqualTo("a3/r3");
		TokenLineage.whileRefused("app", "alice", "r1", () -> scene.two.removeAuthorizedClient("app", "alice"));
		assertThat(scene.load("alice")).isEqualTo("a3/r3");
		TokenLineage.whileRefused("app", "alice", "r3", () -> scene.two.removeAuthorizedClient("app", "alice"));
		assertThat(scene.load("alice")).isNull();
		scene.refresh("alice", "r3", "a4", "r4");
		scene.login("alice", "b1", "s1");
		assertThat(scene.load("alice")).isEqualTo("b1/s1");
	}

	/**
	 * One thread goes from generation to generation while others save those that are
	 * past, on the other instance.
	 */
	@ParameterizedTest
	@EnumSource
	void tokensNeverGoBackHoweverManySave(Store store) throws Exception {
		Scene scene = store.open();
		int generations = 200;
		AtomicInteger current = new AtomicInteger(1);
		scene.login("alice", "a1", "r1");
		ExecutorService threads = Executors.newFixedThreadPool(4);
		List<Future<?>> results = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			results.add(threads.submit(() -> {
				while (current.get() < generations) {
					int past = Math.max(2, current.get() - (int) (System.nanoTime() % 4));
					scene.refreshTo(scene.two, past);
				}
			}));
		}
		results.add(threads.submit(() -> {
			int seen = 0;
			while (current.get() < generations) {
				int generation = scene.generation();
				assertThat(generation).isGreaterThanOrEqualTo(seen);
				seen = generation;
			}
		}));
		for (int generation = 2; generation <= generations; generation++) {
			scene.refreshTo(scene.one, generation);
			current.set(generation);
		}
		for (Future<?> result : results) {
			result.get(30, TimeUnit.SECONDS);
		}
		threads.shutdown();
		assertThat(scene.generation()).isEqualTo(generations);
	}

	@ParameterizedTest
	@EnumSource
	void tokensOf60KilobytesAreKept(Store store) {
		Scene scene = store.open();
		String large = "e.".repeat(30_000);
		scene.login("alice", large, "r1");
		scene.refresh("alice", "r1", large + "2", "r2");
		assertThat(scene.load("alice")).isEqualTo(large + "2/r2");
	}

	@ParameterizedTest
	@EnumSource
	void recordLivesAsLongAsConfigured(Store store) {
		Scene scene = store.open();
		scene.login("alice", "a1", "r1");
		assertThat(scene.secondsToLive()).isBetween(TimeUnit.DAYS.toSeconds(400) - 60, TimeUnit.DAYS.toSeconds(400));
	}

	@ParameterizedTest
	@EnumSource
	void hostileUsersAreNeverMixed(Store store) {
		Scene scene = store.open();
		List<String> names = List.of("\uD800", "?", "a\0b", "a\r\nFLUSHALL\r\n", "' OR '1'='1", "*",
				"x".repeat(10_000));
		names.forEach((name) -> scene.login(name, "of " + names.indexOf(name), "r"));
		assertThat(scene.records.size()).isEqualTo(names.size());
		names.forEach((name) -> assertThat(scene.load(name)).isEqualTo("of " + names.indexOf(name) + "/r"));
	}

	/**
	 * Two instances and their store.
	 */
	private static final class Scene {

		private final List<ConfigurableApplicationContext> apps = new ArrayList<>();

		private final Instant now = Instant.now();

		final StoredRecords records;

		final OAuth2AuthorizedClientService one;

		final OAuth2AuthorizedClientService two;

		Scene(StoredRecords records, String store, boolean loginsElsewhere) {
			this.records = records;
			List<String> properties = new ArrayList<>(records.properties());
			properties.addAll(List.of("oauth2-state.tokens.store=" + store, "oauth2-state.tokens.keys=" + KEY,
					"oauth2-state.tokens.ttl=400d", "spring.application.name=shop",
					"spring.security.oauth2.client.registration.app.provider=github",
					"spring.security.oauth2.client.registration.app.client-id=client",
					"spring.security.oauth2.client.registration.app.client-secret=secret",
					"spring.liquibase.enabled=false", "spring.flyway.enabled=false"));
			if (loginsElsewhere) {
				properties.removeIf((property) -> property.startsWith("oauth2-state.store="));
				properties.add("oauth2-state.store=memory");
			}
			this.one = start(properties);
			this.two = start(properties);
		}

		private OAuth2AuthorizedClientService start(List<String> properties) {
			ConfigurableApplicationContext app = new SpringApplicationBuilder(App.class).web(WebApplicationType.NONE)
				.properties(properties.toArray(String[]::new))
				.bannerMode(Banner.Mode.OFF)
				.run();
			this.apps.add(app);
			return app.getBean(OAuth2AuthorizedClientService.class);
		}

		OAuth2AuthorizedClient client(String user, String access, String refresh) {
			OAuth2AccessToken token = new OAuth2AccessToken(TokenType.BEARER, access, this.now,
					this.now.plusSeconds(300), Set.of("openid"));
			return new OAuth2AuthorizedClient(
					this.apps.get(0).getBean(ClientRegistrationRepository.class).findByRegistrationId("app"), user,
					token, new OAuth2RefreshToken(refresh, this.now));
		}

		void login(String user, String access, String refresh) {
			save(this.one, client(user, access, refresh));
		}

		void refresh(String user, String before, String access, String after) {
			TokenLineage.noteDescent(before, after);
			save(this.two, client(user, access, after));
		}

		void refreshTo(OAuth2AuthorizedClientService service, int generation) {
			TokenLineage.noteDescent("r" + (generation - 1), "r" + generation);
			save(service, client("alice", "a" + generation, "r" + generation));
		}

		private void save(OAuth2AuthorizedClientService service, OAuth2AuthorizedClient client) {
			service.saveAuthorizedClient(client, new TestingAuthenticationToken(client.getPrincipalName(), "none"));
		}

		@Nullable String load(String user) {
			OAuth2AuthorizedClient client = this.two.loadAuthorizedClient("app", user);
			return (client != null)
					? client.getAccessToken().getTokenValue() + "/" + client.getRefreshToken().getTokenValue() : null;
		}

		int generation() {
			OAuth2AuthorizedClient client = this.two.loadAuthorizedClient("app", "alice");
			return Integer.parseInt(client.getAccessToken().getTokenValue().substring(1));
		}

		int calls(Runnable work) {
			return this.records.callsDuring(work);
		}

		long secondsToLive() {
			if (this.records instanceof PostgresRecords postgres) {
				return postgres.secondsToLive();
			}
			Long millis = TestRedis.instance()
				.commands()
				.eval("return redis.call('PTTL', redis.call('RANDOMKEY'))", ScriptOutputType.INTEGER);
			return TimeUnit.MILLISECONDS.toSeconds(millis);
		}

		void close() {
			this.apps.forEach(ConfigurableApplicationContext::close);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class App {

	}

}
