package io.github.oauth2state.scenario;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three instances in processes of their own refresh the tokens of the same users, at a
 * provider that takes each refresh token once and revokes everything when one comes
 * again.
 */
@ParameterizedClass
@MethodSource("storesAndStacks")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefreshAcrossInstancesTests {

	private static final int USERS = Scale.of(10);

	private static final int REQUESTS = 50;

	private static final int USERS_AT_ONCE = 8;

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final AtomicInteger names = new AtomicInteger();

	@Parameter(0)
	private SharedStore store;

	@Parameter(1)
	private Stack stack;

	private IdentityProvider idp;

	private final String keys = Keys.random("k1");

	private final Map<String, String> refreshTokens = new ConcurrentHashMap<>();

	private StoredRecords records;

	private List<RefreshingInstance> instances;

	@BeforeParameterizedClassInvocation
	void start(SharedStore store, Stack stack) {
		this.idp = IdentityProvider.start();
		this.records = store.newRecords();
		this.instances = RefreshingInstance.start(stack, 3, shared());
	}

	static Stream<Arguments> storesAndStacks() {
		return Arrays.stream(SharedStore.values())
			.flatMap((store) -> Arrays.stream(Stack.values()).map((stack) -> Arguments.of(store, stack)));
	}

	@AfterParameterizedClassInvocation
	void stop() {
		this.instances.forEach(RefreshingInstance::close);
		this.idp.close();
	}

	@BeforeEach
	@AfterEach
	void reset() {
		this.idp.tokenCalls().delay(Duration.ZERO);
		this.idp.tokenCalls().fail(0);
		this.idp.tokenCalls().takeRefused();
		this.idp.takeTokenCalls();
	}

	/**
	 * Tokens are kept where all instances find them, and leases are short.
	 */
	private List<String> shared(String... more) {
		List<String> properties = properties("oauth2-state.refresh.lease=" + LEASE.toMillis() + "ms",
				"oauth2-state.tokens.store=" + ((this.store == SharedStore.REDIS) ? "redis" : "jdbc"),
				"oauth2-state.tokens.keys=" + this.keys);
		properties.addAll(List.of(more));
		return properties;
	}

	private List<String> properties(String... more) {
		List<String> properties = new ArrayList<>(
				List.of("spring.application.name=refreshing", "spring.main.banner-mode=off",
						"spring.flyway.enabled=false", "spring.liquibase.enabled=false", "logging.level.root=warn",
						"server.tomcat.threads.max=100", "spring.datasource.hikari.maximum-pool-size=30"));
		for (String registration : List.of("api", "machine")) {
			String prefix = "spring.security.oauth2.client.registration." + registration;
			properties.addAll(List.of(prefix + ".provider=idp", prefix + ".client-id=app",
					prefix + ".client-secret=secret", prefix + ".scope=read"));
		}
		String registration = "spring.security.oauth2.client.registration.";
		properties.add(registration + "api.authorization-grant-type=authorization_code");
		properties.add(registration + "api.redirect-uri={baseUrl}/authorized/api");
		properties.add(registration + "machine.authorization-grant-type=client_credentials");
		properties.add("spring.security.oauth2.client.provider.idp.authorization-uri=" + this.idp.issuer() + "/none");
		properties.add("spring.security.oauth2.client.provider.idp.token-uri=" + this.idp.issuer() + "/oauth2/token");
		properties.addAll(this.records.properties());
		properties.addAll(List.of(more));
		return properties;
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
	@Tag("full")
	void holderThatIsKilledBeforeItsCallCostsNobodyTheirTokens() {
		CountDownLatch end = new CountDownLatch(1);
		try (RefreshingInstance holder = startOne()) {
			String user = newUser(holder, this.instances.get(0));
			this.idp.tokenCalls().loseNext(end);
			CompletableFuture<?> lost = holder.token(user);
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.idp.tokenCalls().lost() == 1);
			CompletableFuture<HttpResponse<String>> waiter = this.instances.get(0).token(user);
			pause(Duration.ofMillis(500));
			assertThat(waiter).isNotDone();
			holder.kill();
			assertThat(lost).failsWithin(Duration.ofMinutes(1));
			assertThat(waiter.join().statusCode()).isEqualTo(200);
			assertThat(calls(user)).isEqualTo(1);
		}
		finally {
			end.countDown();
		}
	}

	/**
	 * The provider has replaced the refresh token, and nobody knows the new one.
	 */
	@Test
	@Tag("full")
	void holderThatIsKilledInItsCallCostsALoginAndNothingHangs() {
		try (RefreshingInstance holder = startOne()) {
			String user = newUser(holder, this.instances.get(0));
			this.idp.tokenCalls().delay(Duration.ofSeconds(2));
			CompletableFuture<?> lost = holder.token(user);
			awaitCall(user);
			holder.kill();
			this.idp.tokenCalls().delay(Duration.ZERO);
			List<HttpResponse<String>> answers = Stream.generate(() -> this.instances.get(0).token(user))
				.limit(5)
				.toList()
				.stream()
				.map(CompletableFuture::join)
				.toList();
			assertThat(lost).failsWithin(Duration.ofMinutes(1));
			assertThat(answers).allSatisfy((answer) -> assertThat(answer.statusCode()).isIn(401, 302, 500, 502));
			assertThat(answers).anySatisfy((answer) -> assertThat(answer.body()).isEqualTo("invalid_grant"));
			assertThat(this.instances.get(0).kept(user)).isEqualTo("none");
		}
	}

	@Test
	@Tag("full")
	void holderThatIsKilledBeforeItSavesHasLeftTheTokensToOthers() {
		try (RefreshingInstance holder = startOne()) {
			String user = newUser(holder, this.instances.get(0));
			holder.holdSaves();
			CompletableFuture<?> lost = holder.token(user);
			awaitCall(user);
			assertThat(this.instances.get(0).token(user).join().statusCode()).isEqualTo(200);
			holder.kill();
			assertThat(lost).failsWithin(Duration.ofMinutes(1));
			assertThat(calls(user)).isEqualTo(1);
			assertThat(this.instances.get(0).kept(user)).isNotEqualTo("none");
		}
	}

	@Test
	@Tag("full")
	void holderThatIsPausedForHalfItsLeaseCostsNothing() {
		try (RefreshingInstance holder = RefreshingInstance
			.start(this.stack, 1, shared("oauth2-state.refresh.lease=8s"))
			.get(0)) {
			String user = newUser(holder, this.instances.get(0), this.instances.get(1));
			this.idp.tokenCalls().delay(Duration.ofSeconds(1));
			CompletableFuture<HttpResponse<String>> holders = holder.token(user);
			awaitCall(user);
			holder.pause();
			List<CompletableFuture<HttpResponse<String>>> waiters = Stream
				.of(this.instances.get(0).token(user), this.instances.get(1).token(user))
				.toList();
			pause(Duration.ofSeconds(4));
			holder.resume();
			assertThat(holders.join().statusCode()).isEqualTo(200);
			assertThat(waiters)
				.allSatisfy((waiter) -> assertThat(waiter.join().body()).isEqualTo(holders.join().body()));
			assertThat(calls(user)).isEqualTo(1);
		}
	}

	/**
	 * It has spent the refresh token, so the one that took over is refused; what the
	 * holder comes back with is good for all.
	 */
	@Test
	@Tag("full")
	void holderThatIsPausedBeyondItsLeaseIsStillTheOneWithTokens() {
		RefreshingInstance holder = this.instances.get(2);
		String user = newUserEverywhere();
		try {
			this.idp.tokenCalls().delay(Duration.ofSeconds(1));
			CompletableFuture<HttpResponse<String>> holders = holder.token(user);
			awaitCall(user);
			holder.pause();
			this.idp.tokenCalls().delay(Duration.ZERO);
			HttpResponse<String> other = this.instances.get(0).token(user).join();
			assertThat(other.body()).isEqualTo("invalid_grant");
			holder.resume();
			assertThat(holders.join().statusCode()).isEqualTo(200);
			assertThat(this.instances.get(1).token(user).join().body()).isEqualTo(holders.join().body());
		}
		finally {
			holder.resume();
		}
	}

	/**
	 * What a paused instance comes back with is older than what is kept by then.
	 */
	@Test
	@Tag("full")
	void holderThatIsPausedBeforeItSavesDoesNotOverwriteNewerTokens() {
		RefreshingInstance holder = this.instances.get(2);
		RefreshingInstance other = this.instances.get(0);
		String user = newUser(holder);
		holder.holdSaves();
		try {
			CompletableFuture<HttpResponse<String>> holders = holder.token(user);
			awaitCall(user);
			assertThat(other.token(user).join().statusCode()).isEqualTo(200);
			String second = other.kept(user);
			other.keepExpired(user, second);
			assertThat(other.token(user).join().statusCode()).isEqualTo(200);
			String third = other.kept(user);
			assertThat(third).isNotEqualTo(second);
			holder.releaseSaves();
			assertThat(holders.join().statusCode()).isEqualTo(200);
			assertThat(other.kept(user)).isEqualTo(third);
			assertThat(this.idp.tokenCalls().takeRefused()).isZero();
		}
		finally {
			holder.releaseSaves();
		}
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

	@Test
	@Tag("full")
	void failureOfTheProviderReachesAllAndRemovesNothing() {
		for (int status : new int[] { 500, 503, 429 }) {
			String user = newUserEverywhere();
			this.idp.tokenCalls().fail(status);
			this.idp.tokenCalls().delay(Duration.ofMillis(500));
			this.idp.takeTokenCalls();
			List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
			for (int i = 0; i < 30; i++) {
				answers.add(this.instances.get(i % 3).token(user));
			}
			assertThat(answers.stream().map(CompletableFuture::join))
				.allSatisfy((answer) -> assertThat(answer.statusCode()).isEqualTo(502))
				.allSatisfy((answer) -> assertThat(answer.body()).isEqualTo("invalid_token_response"));
			assertThat(this.idp.takeTokenCalls()).as("calls of a provider that answers %d", status).isEqualTo(1);
			assertThat(this.instances).allSatisfy((instance) -> assertThat(instance.kept(user)).isNotEqualTo("none"));
			this.idp.tokenCalls().fail(0);
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> this.instances.get(0).token(user).join().statusCode() == 200);
		}
	}

	@Test
	@Tag("full")
	void providerThatRefusesConnectionsReachesAllAndRemovesNothing() {
		try (TcpProxy network = proxyToProvider(); RefreshingInstance instance = startBehind(network)) {
			String user = newUser(instance);
			network.set(TcpProxy.Mode.REFUSE);
			List<CompletableFuture<HttpResponse<String>>> answers = Stream.generate(() -> instance.token(user))
				.limit(10)
				.toList();
			assertThat(answers).allSatisfy((answer) -> assertThat(answer.join().statusCode()).isEqualTo(502));
			assertThat(instance.kept(user)).isNotEqualTo("none");
		}
	}

	private RefreshingInstance startOne() {
		return RefreshingInstance.start(this.stack, 1, shared()).get(0);
	}

	private RefreshingInstance startBehind(TcpProxy network) {
		return RefreshingInstance
			.start(this.stack, 1,
					shared("spring.security.oauth2.client.provider.idp.token-uri=http://localhost:" + network.port()
							+ "/oauth2/token"))
			.get(0);
	}

	private TcpProxy proxyToProvider() {
		return new TcpProxy("localhost", Integer.parseInt(this.idp.issuer().replaceAll(".*:", "")));
	}

	private String newUserEverywhere() {
		return newUser(this.instances.toArray(RefreshingInstance[]::new));
	}

	private String newUser(RefreshingInstance... where) {
		String user = "user-" + names.incrementAndGet();
		String refreshToken = this.idp.grant(user);
		this.refreshTokens.put(user, refreshToken);
		Arrays.asList(where).forEach((instance) -> instance.keepExpired(user, refreshToken));
		return user;
	}

	private void awaitCall(String user) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> calls(user) == 1);
	}

	/**
	 * Returns how often the provider was called with the user's first refresh token.
	 */
	private int calls(String user) {
		return this.idp.tokenCalls().count(this.refreshTokens.get(user));
	}

	private static void pause(Duration duration) {
		try {
			Thread.sleep(duration.toMillis());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
