package io.github.oauth2state.cluster;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.demo.check.GatewayUser;
import io.github.oauth2state.demo.cluster.AppCluster;
import io.github.oauth2state.demo.cluster.Instance;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many requests of many users find their tokens due, on three gateways that take requests
 * in turns. The provider takes each refresh token once, and revokes everything if one
 * comes twice.
 */
@Tag("cluster")
class GatewayStormTests {

	private static final int USERS = Scale.of(50);

	private static final int REQUESTS = 50;

	private static final int GATEWAYS = 3;

	/** How many users log in or call the API at once. */
	private static final int AT_ONCE = 8;

	/** One of so many requests is cancelled by its client, if any is. */
	private static final int CANCELLED = 5;

	private static final List<String> PROVIDER = List.of("--demo.more-users=" + USERS,
			// Due at once, and then no more
			"--demo.first-token-life=60s",
			"--spring.security.oauth2.authorizationserver.client.demo.token.access-token-time-to-live=2h",
			"--demo.refresh-delay=200ms");

	private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);

	private final AtomicInteger cancelled = new AtomicInteger();

	/**
	 * Storms in which nobody hangs up are the easier ones, and left to runs at a larger
	 * scale.
	 */
	static Stream<Arguments> storms() {
		Stream<Boolean> hangUps = (Scale.of(1) > 1) ? Stream.of(false, true) : Stream.of(true);
		return hangUps.flatMap((hangUp) -> Stream.of("redis", "jdbc").map((store) -> Arguments.of(store, hangUp)));
	}

	@ParameterizedTest
	@MethodSource("storms")
	void eachTokenIsRefreshedOnce(String store, boolean hangUp) throws Exception {
		try (AppCluster cluster = start(store, hangUp ? "hang-up" : "patient")) {
			List<GatewayUser> users = IntStream.rangeClosed(1, USERS)
				.mapToObj((i) -> new GatewayUser(cluster.uri(), "user-" + i))
				.toList();
			all(users, (user) -> {
				user.logIn();
				return user;
			});
			List<URI> gateways = cluster.instances().stream().map(Instance::uri).toList();
			int before = GatewayUser.refreshes(cluster.provider());
			Instant start = Instant.now();
			List<Integer> answers = all(users, (user) -> storm(user, gateways, hangUp)).stream()
				.flatMap(List::stream)
				.toList();
			Duration time = Duration.between(start, Instant.now());
			List<Integer> afterwards = all(users, (user) -> user.call(gateways.get(0)).get());
			int refreshes = GatewayUser.refreshes(cluster.provider()) - before;
			System.out.printf(Locale.ROOT,
					"Gateways, %s: %d users, %d requests each, %d cancelled, in %.1f s; %d refreshes, %d refused%n",
					store, USERS, REQUESTS, this.cancelled.get(), time.toMillis() / 1000.0, refreshes,
					answers.stream().filter((status) -> status != 200).count());
			assertThat(refreshes).isEqualTo(USERS);
			assertThat(answers).hasSize(USERS * REQUESTS - this.cancelled.get()).containsOnly(200);
			assertThat(afterwards).hasSize(USERS).containsOnly(200);
			assertThat(all(users, (user) -> user.isSignedIn(gateways.get(1)))).containsOnly(true);
		}
		finally {
			this.threads.shutdownNow();
		}
	}

	/**
	 * Sends the requests of a user to the gateways in turns, all at once.
	 * @return what was answered to those that were not cancelled
	 */
	private List<Integer> storm(GatewayUser user, List<URI> gateways, boolean hangUp) throws Exception {
		List<CompletableFuture<Integer>> requests = new ArrayList<>();
		for (int i = 0; i < REQUESTS; i++) {
			requests.add(user.call(gateways.get(i % gateways.size())));
		}
		if (hangUp) {
			// While the provider is being asked, by the first of them for example
			TimeUnit.MILLISECONDS.sleep(100);
		}
		List<Integer> awaited = new ArrayList<>();
		for (int i = 0; i < REQUESTS; i++) {
			if (hangUp && i % CANCELLED == 0 && requests.get(i).cancel(true)) {
				this.cancelled.incrementAndGet();
			}
			else {
				awaited.add(i);
			}
		}
		List<Integer> answers = new ArrayList<>();
		for (int i : awaited) {
			answers.add(answer(requests.get(i), user, gateways.get(i % gateways.size()), hangUp));
		}
		return answers;
	}

	/**
	 * Waits for an answer. Where others are cancelled, the client may send a request on
	 * the connection of such a one while it is being closed. Then it is sent again.
	 */
	private static int answer(CompletableFuture<Integer> request, GatewayUser user, URI gateway, boolean hangUp)
			throws Exception {
		try {
			return request.get();
		}
		catch (ExecutionException ex) {
			if (!hangUp || !(ex.getCause() instanceof IOException)) {
				throw ex;
			}
			return user.call(gateway).get();
		}
	}

	private AppCluster start(String store, String kind) throws InterruptedException {
		return AppCluster.startGateways(PROVIDER, GATEWAYS, "gateways-" + store + "-" + kind,
				List.of("--spring.profiles.active=" + store,
						// A small machine with a storm on it may take longer than a user
						// would wait
						"--oauth2-state.timeout=20s", "--oauth2-state.refresh.wait-timeout=60s",
						"--management.endpoint.health.group.readiness.include=readinessState,oauth2State"),
				environment(store));
	}

	private static Map<String, String> environment(String store) {
		if ("redis".equals(store)) {
			TestRedis redis = TestRedis.instance();
			redis.flush();
			return Map.of("SPRING_DATA_REDIS_URL", redis.url());
		}
		TestPostgres postgres = TestPostgres.instance();
		return Map.of("SPRING_DATASOURCE_URL", postgres.url(postgres.createDatabase()), "SPRING_DATASOURCE_USERNAME",
				postgres.username(), "SPRING_DATASOURCE_PASSWORD", postgres.password());
	}

	private <T> List<T> all(List<GatewayUser> users, Work<T> work) throws Exception {
		List<Callable<T>> tasks = new ArrayList<>();
		users.forEach((user) -> tasks.add(() -> work.of(user)));
		List<T> results = new ArrayList<>();
		for (Future<T> result : this.threads.invokeAll(tasks)) {
			results.add(result.get());
		}
		return results;
	}

	@FunctionalInterface
	private interface Work<T> {

		T of(GatewayUser user) throws Exception;

	}

}
