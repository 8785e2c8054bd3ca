package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.store.StoreCircuit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logins while the store is gone, on two instances without sticky sessions, and when it
 * is back.
 */
@Timeout(180)
class OutageTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final String BINDING = "oauth2-state-";

	private static final String KEY = Keys.random("one");

	private static final Duration RESUMED = Duration.ofSeconds(10);

	/**
	 * Far more than the timeout, far less than a client's own.
	 */
	private static final Duration BOUND = Duration.ofSeconds(15);

	@SuppressWarnings("ImmutableEnumChecker")
	enum Store {

		KILLED_REDIS(BreakableStore.KilledRedis::new),

		STALLING_REDIS(BreakableStore.StallingRedis::new),

		STOPPED_POSTGRESQL(BreakableStore.StoppedPostgres::new);

		private final Supplier<BreakableStore> supplier;

		Store(Supplier<BreakableStore> supplier) {
			this.supplier = supplier;
		}

	}

	static Stream<Arguments> setUps() {
		return Stack.each(Store.values());
	}

	static Stream<Arguments> setUpsThatStall() {
		return Stack.each(Store.STALLING_REDIS, Store.STOPPED_POSTGRESQL);
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET,KILLED_REDIS,COOKIE", "SERVLET,STOPPED_POSTGRESQL,SESSION", "REACTIVE,KILLED_REDIS,COOKIE" })
	void loginsGoOnElsewhereUntilTheStoreIsBack(Stack stack, Store kind, OnStoreFailure fallback) {
		assertThatLoginsGoOn(stack, kind, fallback);
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET,KILLED_REDIS,SESSION", "SERVLET,STALLING_REDIS,SESSION", "SERVLET,STALLING_REDIS,COOKIE",
			"SERVLET,STOPPED_POSTGRESQL,COOKIE", "REACTIVE,KILLED_REDIS,SESSION", "REACTIVE,STALLING_REDIS,SESSION",
			"REACTIVE,STALLING_REDIS,COOKIE", "REACTIVE,STOPPED_POSTGRESQL,COOKIE",
			"REACTIVE,STOPPED_POSTGRESQL,SESSION" })
	@Tag("full")
	void loginsGoOnElsewhereWhateverTheStoreAndTheFallback(Stack stack, Store kind, OnStoreFailure fallback) {
		assertThatLoginsGoOn(stack, kind, fallback);
	}

	private static void assertThatLoginsGoOn(Stack stack, Store kind, OnStoreFailure fallback) {
		try (BreakableStore store = kind.supplier.get();
				Instance a = start(stack, store, fallback);
				Instance b = start(stack, store, fallback)) {
			assertThat(logIn(a, b)).isEqualTo(LoginPath.SHARED);
			store.takeAway();
			awaitOpen(a);
			awaitOpen(b);
			a.takeEvents();
			LoginPath path = (fallback == OnStoreFailure.SESSION) ? LoginPath.SESSION : LoginPath.COOKIE;
			for (int i = 0; i < 10; i++) {
				assertThat(logIn(a, b)).as("login " + i).isEqualTo(path);
				assertThat(logIn(b, a)).as("login " + i).isEqualTo(path);
			}
			assertThat(a.takeEvents()).extracting(LoginEvent::outcome)
				.contains(LoginOutcome.FALLBACK, LoginOutcome.STARTED, LoginOutcome.COMPLETED)
				.doesNotContain(LoginOutcome.FAILED, LoginOutcome.FOREIGN_BROWSER, LoginOutcome.UNREADABLE);
			store.giveBack();
			Awaitility.await()
				.atMost(RESUMED)
				.until(() -> logIn(a, b) == LoginPath.SHARED && logIn(b, a) == LoginPath.SHARED);
			assertThat(a.context().getBean(StoreCircuit.class).state()).isEqualTo(StoreCircuit.State.CLOSED);
		}
	}

	@ParameterizedTest
	@MethodSource("setUps")
	@Tag("full")
	void loginsAreRefusedWithAPageWhereThatIsWanted(Stack stack, Store kind) {
		try (BreakableStore store = kind.supplier.get(); Instance a = start(stack, store, OnStoreFailure.FAIL)) {
			store.takeAway();
			a.takeEvents();
			for (int i = 0; i < 5; i++) {
				Browser browser = Browser.overHttps();
				Browser.Page page = browser.follow(a, BEGIN);
				assertThat(page.status()).isEqualTo(503);
				assertThat(page.body()).contains("Try again", BEGIN).doesNotContain("Exception");
			}
			assertThat(a.takeOutcomes()).containsOnly(LoginOutcome.STORE_ERROR).hasSize(5);
			store.giveBack();
			Awaitility.await().atMost(RESUMED).until(() -> begins(a));
		}
	}

	@ParameterizedTest
	@MethodSource("setUps")
	@Tag("full")
	void callbackOfALoginInTheStoreEndsInTime(Stack stack, Store kind) {
		try (BreakableStore store = kind.supplier.get();
				Instance a = start(stack, store, OnStoreFailure.COOKIE);
				Instance b = start(stack, store, OnStoreFailure.COOKIE)) {
			Browser browser = Browser.overHttps();
			String callback = browser.begin(a, BEGIN);
			store.takeAway();
			b.takeEvents();
			long called = System.nanoTime();
			Browser.Page page = browser.send(b, callback, null);
			assertThat(Duration.ofNanos(System.nanoTime() - called)).isLessThan(BOUND);
			assertThat(page.status()).isEqualTo(302);
			assertThat(page.location()).contains("/login?error");
			assertThat(b.takeOutcomes()).containsExactly(LoginOutcome.STORE_ERROR);
		}
	}

	@ParameterizedTest
	@MethodSource("setUpsThatStall")
	@Tag("full")
	void beginWithTheCircuitOpenIsAsQuickAsWithoutTheStore(Stack stack, Store kind) {
		try (BreakableStore store = kind.supplier.get();
				Instance withStore = start(stack, store, OnStoreFailure.SESSION,
						"oauth2-state.circuit-breaker.wait-duration=5s");
				Instance atZero = start(stack, store, OnStoreFailure.SESSION, "oauth2-state.rollout.percentage=0",
						"oauth2-state.circuit-breaker.wait-duration=1h")) {
			store.takeAway();
			awaitOpen(withStore);
			// The first ones load and compile classes
			times(withStore, 100);
			times(atZero, 100);
			List<Long> open = times(withStore, 100);
			List<Long> session = times(atZero, 100);
			System.out.println("Outage, %s, %s: begin with the circuit open %d µs, on the session path %d µs (medians)"
				.formatted(stack, kind, open.get(50), session.get(50)));
			assertThat(withStore.takeEvents()).extracting(LoginEvent::outcome)
				.filteredOn(LoginOutcome.STORE_ERROR::equals)
				.as("attempts at the store meanwhile")
				.hasSizeLessThan(30);
		}
	}

	/**
	 * Whatever comes in requests, the store is not held responsible for it.
	 */
	@ParameterizedTest
	@EnumSource
	@Tag("full")
	void nothingThatIsSentOpensTheCircuit(Stack stack) {
		try (BreakableStore store = Store.KILLED_REDIS.supplier.get();
				Instance a = start(stack, store, OnStoreFailure.COOKIE, "server.max-http-request-header-size=2MB")) {
			Browser attacker = Browser.overHttps();
			String callback = attacker.begin(a, BEGIN);
			String cookie = attacker.cookies()
				.keySet()
				.stream()
				.filter((name) -> name.contains(BINDING))
				.findAny()
				.get();
			for (int i = 0; i < 100; i++) {
				Browser browser = attacker.copy();
				browser.cookies().put(cookie, "1p." + "A".repeat(43) + ".0.aWRw.Lw");
				browser.send(a, callback, null);
				browser.cookies().put(cookie, "1p.one~" + "A".repeat(1 + i * 20) + ".0.aWRw.Lw");
				browser.send(a, callback, null);
				browser.send(a, BEGIN + "?large=" + "x".repeat(100 * i), null);
				browser.send(a, "/login/oauth2/code/idp?code=1&state=" + "s".repeat(10 * i), null);
				Browser.overHttps().header("Cookie2", "x".repeat(i)).send(a, BEGIN + "%00", null);
			}
			assertThat(a.context().getBean(StoreCircuit.class).state()).isEqualTo(StoreCircuit.State.CLOSED);
			assertThat(a.takeOutcomes()).doesNotContain(LoginOutcome.STORE_ERROR, LoginOutcome.FALLBACK);
			assertThat(logIn(a, a)).isEqualTo(LoginPath.SHARED);
		}
	}

	private static List<Long> times(Instance instance, int count) {
		return IntStream.range(0, count).mapToObj((i) -> {
			Browser browser = Browser.overHttps();
			long begun = System.nanoTime();
			browser.open(instance, BEGIN);
			return (System.nanoTime() - begun) / 1000;
		}).sorted().toList();
	}

	private static Instance start(Stack stack, BreakableStore store, OnStoreFailure fallback, String... more) {
		List<String> properties = new ArrayList<>(store.properties());
		properties.add("oauth2-state.on-store-failure=" + fallback.name());
		properties.add("oauth2-state.cookie.keys=" + KEY);
		properties.add("oauth2-state.timeout=500ms");
		properties.add("oauth2-state.circuit-breaker.wait-duration=2s");
		properties.addAll(List.of(more));
		boolean shared = fallback == OnStoreFailure.SESSION;
		return Instance.start(stack, Cluster.shared(stack).idp, null, properties,
				shared ? new Class<?>[] { store.sessions() } : new Class<?>[0]);
	}

	private static void awaitOpen(Instance instance) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
			Browser.overHttps().open(instance, BEGIN);
			return instance.context().getBean(StoreCircuit.class).state() == StoreCircuit.State.OPEN;
		});
	}

	private static boolean begins(Instance instance) {
		String location = Browser.overHttps().open(instance, BEGIN).location();
		return location != null && location.contains("/oauth2/authorize?");
	}

	/**
	 * Logs in, beginning on one instance and called back on another.
	 * @return which path the login took
	 */
	private static LoginPath logIn(Instance begins, Instance isCalledBack) {
		Browser browser = Browser.overHttps();
		String callback = browser.begin(begins, BEGIN);
		LoginPath path = path(browser);
		Browser.Page page = browser.open(isCalledBack, callback);
		assertThat(browser.isSignedIn(isCalledBack)).as("by the path %s: %s", path, page).isTrue();
		return path;
	}

	private static LoginPath path(Browser browser) {
		return browser.cookies()
			.entrySet()
			.stream()
			.filter((cookie) -> cookie.getKey().contains(BINDING))
			.map((cookie) -> cookie.getValue().contains("~") ? LoginPath.COOKIE : LoginPath.SHARED)
			.findFirst()
			.orElse(LoginPath.SESSION);
	}

}
