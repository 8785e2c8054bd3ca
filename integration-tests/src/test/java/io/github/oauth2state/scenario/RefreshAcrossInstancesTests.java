package io.github.oauth2state.scenario;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests on several instances that want new tokens of the same users at once.
 */
@ParameterizedClass
@MethodSource("storesAndStacks")
class RefreshAcrossInstancesTests extends RefreshClusterTests {

	private static final int USERS = Scale.of(10);

	private static final int REQUESTS = 50;

	private static final int USERS_AT_ONCE = 8;

	static Stream<Arguments> storesAndStacks() {
		return Arrays.stream(SharedStore.values())
			.flatMap((store) -> Arrays.stream(Stack.values()).map((stack) -> Arguments.of(store, stack)));
	}

	/**
	 * A wave per user: all requests at once, over all instances.
	 */
	@Test
	void oneCallPerUserAndNobodyIsRefused() throws Exception {
		storm(this.instances, USERS);
	}

	@Test
	void servletAndReactiveInstancesMakeOneCallTogether() throws Exception {
		Stack other = (this.stack == Stack.SERVLET) ? Stack.REACTIVE : Stack.SERVLET;
		try (RefreshingInstance guest = RefreshingInstance.start(other, 1, shared()).get(0)) {
			storm(List.of(this.instances.get(0), guest), Math.min(USERS, 50));
		}
	}

	/**
	 * A browser that is closed, or a gateway's client that runs out of time.
	 */
	@Test
	void refreshesGoOnIfTheClientOfTheirRequestHangsUp() {
		this.idp.tokenCalls().delay(Duration.ofMillis(300));
		List<String> users = Stream.generate(this::newUserEverywhere).limit(USERS).toList();
		forEachAtOnce(users, (user) -> {
			List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
			for (int i = 0; i < 10; i++) {
				answers.add(this.instances.get(i % 3).token(user));
			}
			// The first ones are most likely those that call the provider
			pause(Duration.ofMillis(ThreadLocalRandom.current().nextLong(400)));
			answers.subList(0, 2).forEach((answer) -> answer.cancel(true));
			assertThat(answers.subList(2, 10).stream().map(CompletableFuture::join))
				.allSatisfy((answer) -> assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200))
				.extracting(HttpResponse::body)
				.containsOnly(answers.get(9).join().body());
		});
		assertNewestAreKept(users);
	}

	/**
	 * Nobody else wants the tokens, so only the request that is gone can save them.
	 */
	@Test
	void tokensAreSavedIfTheOnlyRequestThatWantsThemHangsUp() {
		this.idp.tokenCalls().delay(Duration.ofMillis(200));
		List<String> users = Stream.generate(this::newUserEverywhere).limit(USERS).toList();
		forEachAtOnce(users, (user) -> {
			CompletableFuture<HttpResponse<String>> answer = this.instances.get(0).token(user);
			awaitCall(user);
			answer.cancel(true);
		});
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(users).allSatisfy(
					(user) -> assertThat(this.instances.get(1).kept(user)).isNotEqualTo(this.refreshTokens.get(user))));
		assertNewestAreKept(users);
	}

	private static void forEachAtOnce(List<String> users, Consumer<String> action) {
		ExecutorService threads = Executors.newFixedThreadPool(USERS_AT_ONCE);
		try {
			CompletableFuture
				.allOf(users.stream()
					.map((user) -> CompletableFuture.runAsync(() -> action.accept(user), threads))
					.toArray(CompletableFuture[]::new))
				.join();
		}
		finally {
			threads.shutdown();
		}
	}

	/**
	 * The provider takes the newest tokens only.
	 */
	private void assertNewestAreKept(List<String> users) {
		assertThat(this.idp.takeTokenCalls()).isEqualTo(users.size());
		this.idp.tokenCalls().delay(Duration.ZERO);
		for (String user : users) {
			RefreshingInstance instance = this.instances.get(2);
			instance.keepExpired(user, instance.kept(user));
			assertThat(instance.token(user).join().statusCode()).isEqualTo(200);
		}
		assertThat(this.idp.tokenCalls().takeRefused()).isZero();
	}

	private void storm(List<RefreshingInstance> instances, int users) throws Exception {
		this.idp.tokenCalls().delay(Duration.ofMillis(300));
		ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
		Semaphore atOnce = new Semaphore(USERS_AT_ONCE);
		List<CompletableFuture<Void>> waves = new ArrayList<>();
		for (int i = 0; i < users; i++) {
			String user = newUser(instances.toArray(RefreshingInstance[]::new));
			atOnce.acquire();
			waves.add(wave(instances, user, waits).whenComplete((done, ex) -> atOnce.release()));
		}
		waves.forEach(CompletableFuture::join);
		assertThat(this.idp.takeTokenCalls()).isEqualTo(users);
		assertThat(this.idp.tokenCalls().takeRefused()).isZero();
		long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
		System.out.printf(
				"%s, %s: %d users, %d requests, provider 300 ms: waits of all requests p50 %d ms, p99 %d ms%n",
				this.store, this.stack, users, sorted.length, sorted[sorted.length / 2],
				sorted[sorted.length * 99 / 100]);
	}

	private CompletableFuture<Void> wave(List<RefreshingInstance> instances, String user,
			ConcurrentLinkedQueue<Long> waits) {
		List<CompletableFuture<String>> answers = new ArrayList<>();
		for (int i = 0; i < REQUESTS; i++) {
			long start = System.nanoTime();
			answers.add(instances.get(i % instances.size()).token(user).thenApply((response) -> {
				waits.add((System.nanoTime() - start) / 1_000_000);
				assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
				return response.body();
			}));
		}
		return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
			.thenAccept((done) -> assertThat(answers.stream().map(CompletableFuture::join).distinct()).hasSize(1));
	}

	@Test
	void requestsByClientCredentialsMakeOneCall() {
		List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			answers.add(this.instances.get(i % 3).machineToken("machine"));
		}
		assertThat(answers.stream().map(CompletableFuture::join).map(HttpResponse::body).distinct()).hasSize(1);
		assertThat(this.idp.takeTokenCalls()).isEqualTo(1);
	}

	/**
	 * As with tokens that are kept in sessions.
	 */
	@Test
	@Tag("full")
	void instancesWithTokensOfTheirOwnReceiveWhatOneOfThemRefreshed() throws Exception {
		List<RefreshingInstance> own = RefreshingInstance.start(this.stack, 2,
				properties("oauth2-state.refresh.lease=30s", "oauth2-state.refresh.wait-timeout=1m",
						"oauth2-state.refresh.replay-window=10m"));
		try {
			this.idp.takeTokenCalls();
			this.idp.tokenCalls().takeRefused();
			storm(own, 10);
			String user = newUser(own.get(0));
			assertThat(own.get(0).token(user).join().statusCode()).isEqualTo(200);
			assertThat(this.records.callsDuring(() -> {
				for (int i = 0; i < 20; i++) {
					assertThat(own.get(0).token(user).join().statusCode()).isEqualTo(200);
				}
			})).as("commands, of which all are others': the percentage is looked up now and then").isLessThan(10);
			this.idp.takeTokenCalls();
			for (int i = 0; i < 20; i++) {
				assertThat(own.get(i % 2).machineToken("machine").join().statusCode()).isEqualTo(200);
			}
			assertThat(this.idp.takeTokenCalls()).as("one call per JVM, without keys").isEqualTo(2);
		}
		finally {
			own.forEach(RefreshingInstance::close);
		}
	}

}
