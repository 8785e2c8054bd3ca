package io.github.oauth2state.logout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.scenario.Browser;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many logouts at once while everybody browses.
 */
@Tag("full")
class LogoutLoadTests {

	private static final int USERS = Scale.of(1000);

	private static final int TOKENS = USERS / 5;

	private static final int AT_ONCE = 16;

	private final ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE + 4);

	@AfterEach
	void stop() {
		this.executor.shutdownNow();
	}

	/**
	 * Half of the tokens name one session of a user, the others name users.
	 */
	@ParameterizedTest
	@EnumSource(names = { "REDIS", "POSTGRESQL", "OWN_WITH_REDIS", "REACTIVE_REDIS", "REACTIVE_OWN_WITH_POSTGRESQL" })
	void exactlyTheNamedSessionsEnd(SetUp setUp) {
		LogoutCluster cluster = LogoutCluster.of(setUp);
		long seed = System.nanoTime();
		Random random = new Random(seed);
		List<Session> sessions = together(2 * USERS, (number) -> Session.begin(cluster, number));
		List<Integer> users = new ArrayList<>(IntStream.range(0, USERS).boxed().toList());
		Collections.shuffle(users, random);
		AtomicBoolean over = new AtomicBoolean();
		AtomicInteger requests = new AtomicInteger();
		List<CompletableFuture<Void>> browsing = IntStream.range(0, 4)
			.mapToObj((number) -> CompletableFuture.runAsync(() -> browse(cluster, sessions, over, requests),
					this.executor))
			.toList();
		long begin = System.nanoTime();
		List<Integer> answers = together(TOKENS, (number) -> {
			Session session = sessions.get(2 * users.get(number));
			LogoutToken token = cluster.provider.logout();
			return cluster.instance(random.nextInt(2))
				.send(((number % 2 == 0) ? token.sid(session.name) : token.sub(session.user)).signed())
				.statusCode();
		});
		System.out.printf("%s, seed %d: %d logout tokens in %d ms, during %d requests%n", setUp, seed, TOKENS,
				TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin), requests.get());
		assertThat(answers).containsOnly(200);
		over.set(true);
		browsing.forEach(CompletableFuture::join);
		cluster.awaitInterval();
		for (int number = 0; number < TOKENS; number++) {
			sessions.get(2 * users.get(number)).named = true;
			sessions.get(2 * users.get(number) + 1).named = (number % 2 == 1);
		}
		List<Boolean> alive = together(sessions.size(), (number) -> sessions.get(number).isAlive());
		assertThat(
				IntStream.range(0, sessions.size()).filter((number) -> sessions.get(number).named == alive.get(number)))
			.as("sessions that were named and are left, or were not named and ended")
			.isEmpty();
	}

	private static void browse(LogoutCluster cluster, List<Session> sessions, AtomicBoolean over,
			AtomicInteger requests) {
		Random random = new Random();
		while (!over.get()) {
			Session session = sessions.get(random.nextInt(sessions.size()));
			LogoutInstance instance = cluster.setUp.sharesSessions() ? cluster.instance(requests.get())
					: session.instance;
			session.browser.send(instance, (requests.incrementAndGet() % 4 == 0) ? "/api/write" : "/api/me", null);
		}
	}

	private <T> List<T> together(int number, IntFunction<T> work) {
		AtomicInteger next = new AtomicInteger();
		List<T> results = new ArrayList<>(Collections.nCopies(number, null));
		IntStream.range(0, AT_ONCE).mapToObj((worker) -> CompletableFuture.runAsync(() -> {
			for (int i = next.getAndIncrement(); i < number; i = next.getAndIncrement()) {
				results.set(i, work.apply(i));
			}
		}, this.executor)).toList().forEach(CompletableFuture::join);
		return results;
	}

	/**
	 * A session of a user, who has two.
	 */
	private static final class Session {

		private final LogoutInstance instance;

		private final String user;

		private final String name;

		private final Browser browser;

		private boolean named;

		private Session(LogoutInstance instance, String user, String name) {
			this.instance = instance;
			this.user = user;
			this.name = name;
			this.browser = Browser.overHttp().as(user + "/" + name);
		}

		static Session begin(LogoutCluster cluster, int number) {
			Session session = new Session(cluster.instance(number), cluster.setUp + "-user-" + number / 2,
					cluster.setUp + "-session-" + number);
			session.browser.open(session.instance,
					session.browser.begin(session.instance, "/oauth2/authorization/idp"));
			return session;
		}

		boolean isAlive() {
			Browser.Page me = this.browser.send(this.instance, "/api/me", null);
			assertThat(me.status()).as(me.toString()).isIn(200, 401);
			return me.status() == 200;
		}

	}

}
