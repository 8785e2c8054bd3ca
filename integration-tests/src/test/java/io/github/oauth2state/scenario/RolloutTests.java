package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * A gradual rollout over two instances. The system property {@code scale} multiplies the
 * logins.
 */
@ParameterizedClass
@EnumSource
@Timeout(900)
class RolloutTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final String COOKIE = "oauth2-state-rollout-";

	private static final int BROWSERS = Math.min(10_000, Scale.of(400));

	private static final int LOGINS = Scale.of(100);

	private static final int IN_FLIGHT = Math.min(500, LOGINS);

	private static final int THREADS = 8;

	@Parameter
	private SharedStore store;

	/**
	 * Returns the stack of the app.
	 */
	Stack stack() {
		return Stack.SERVLET;
	}

	@AfterEach
	void forget() {
		this.store.cluster(stack()).forget();
	}

	@Test
	@Tag("full")
	void shareOfLoginsIsThePercentageAndABrowserStaysWhereItIs() throws Exception {
		try (Instance ten = start("oauth2-state.rollout.percentage=10");
				Instance alsoTen = start("oauth2-state.rollout.percentage=10");
				Instance thirty = start("oauth2-state.rollout.percentage=30")) {
			List<Browser> browsers = Stream.generate(Browser::overHttps).limit(BROWSERS).toList();
			inParallel(browsers, (browser) -> {
				boolean shared = begin(browser, ten);
				assertThat(begin(browser, alsoTen)).isEqualTo(shared);
				assertThat(begin(browser, ten)).isEqualTo(shared);
				boolean sharedAtThirty = begin(browser, thirty);
				assertThat(sharedAtThirty || !shared).as("nobody moves back").isTrue();
				assertThat(begin(browser, thirty)).isEqualTo(sharedAtThirty);
			});
			long sharedAtTen = browsers.stream().filter((browser) -> begin(browser, ten)).count();
			// Four standard deviations
			System.out.println("Rollout, " + stack() + ", " + this.store + ": " + sharedAtTen + " of " + BROWSERS
					+ " browsers at 10 %");
			assertThat((double) sharedAtTen / BROWSERS).isCloseTo(0.1, within(1.2 / Math.sqrt(BROWSERS)));
			long sharedAtThirty = browsers.stream().filter((browser) -> begin(browser, thirty)).count();
			assertThat((double) sharedAtThirty / BROWSERS).isCloseTo(0.3, within(1.8 / Math.sqrt(BROWSERS)));
		}
	}

	@Test
	void loginsOfBothPathsComplete() throws Exception {
		try (Instance a = start("oauth2-state.rollout.percentage=10")) {
			List<Boolean> shared = Collections.synchronizedList(new ArrayList<>());
			inParallel(Stream.generate(Browser::overHttps).limit(LOGINS).toList(), (browser) -> {
				String callback = browser.begin(a, BEGIN);
				shared.add(isMarked(browser));
				Browser.Page page = browser.open(a, callback);
				assertThat(browser.isSignedIn(a)).as("%s, %s", callback, page).isTrue();
			});
			long onSharedPath = shared.stream().filter(Boolean::booleanValue).count();
			double percentage = 100.0 * onSharedPath / LOGINS;
			System.out.println("Rollout, " + stack() + ", " + this.store + ": " + onSharedPath + " of " + LOGINS
					+ " logins on the shared path, " + percentage + " %");
			// Four standard deviations
			assertThat(percentage).isBetween(10 - 120 / Math.sqrt(LOGINS), 10 + 120 / Math.sqrt(LOGINS));
			assertThat(a.takeOutcomes()).hasSize(LOGINS).containsOnly(LoginOutcome.COMPLETED);
		}
	}

	@Test
	@Tag("full")
	void noLoginIsLostWhileThePercentageMoves() throws Exception {
		List<String> sessions = sessions();
		try (Instance a = start(sessions, "oauth2-state.rollout.at-runtime=true");
				Instance b = start(sessions, "oauth2-state.rollout.at-runtime=true")) {
			// However late the mover, logins begin at 0 on one instance and at 100 on the
			// other
			a.context().getBean(Rollout.class).setPercentage("0");
			AtomicBoolean moving = new AtomicBoolean(true);
			Thread mover = new Thread(() -> move(a, b, moving));
			mover.start();
			List<Login> logins = Collections.synchronizedList(new ArrayList<>());
			Random random = new Random(42);
			List<Browser> browsers = Stream.generate(Browser::overHttps).limit(IN_FLIGHT).toList();
			inParallel(browsers,
					(browser) -> logins.add(new Login(browser, browser.begin(random.nextBoolean() ? a : b, BEGIN))));
			Collections.shuffle(logins, random);
			inParallel(logins, (login) -> {
				Instance calledBack = random.nextBoolean() ? a : b;
				login.browser.open(calledBack, login.callback);
				assertThat(login.browser.isSignedIn(random.nextBoolean() ? a : b)).isTrue();
			});
			moving.set(false);
			mover.join();
			assertThat(Stream.concat(a.takeOutcomes().stream(), b.takeOutcomes().stream())).hasSize(IN_FLIGHT)
				.containsOnly(LoginOutcome.COMPLETED);
			assertThat(logins.stream().filter((login) -> login.marked)).as("logins on the shared path")
				.hasSizeBetween(1, IN_FLIGHT - 1);
		}
	}

	private static void move(Instance a, Instance b, AtomicBoolean moving) {
		Random random = new Random(7);
		for (int i = 0; moving.get(); i++) {
			String percentage = List.of("0", "100", "0", "37").get(i % 4);
			(random.nextBoolean() ? a : b).context().getBean(Rollout.class).setPercentage(percentage);
			try {
				Thread.sleep(random.nextInt(200));
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	@Test
	@Tag("full")
	void instanceWithoutTheLibraryServesBesideOneAtZero() throws Exception {
		List<String> sessions = sessions();
		try (Instance with = start(sessions, "oauth2-state.rollout.percentage=0");
				Instance without = start(sessions, "oauth2-state.enabled=false")) {
			List<Boolean> order = IntStream.range(0, 100).mapToObj((i) -> i % 2 == 0).toList();
			inParallel(order, (withFirst) -> {
				Browser browser = Browser.overHttps();
				String callback = browser.begin(withFirst ? with : without, BEGIN);
				assertThat(browser.cookies().keySet()).containsExactly("SESSION");
				browser.open(withFirst ? without : with, callback);
				assertThat(browser.isSignedIn(with)).isTrue();
				assertThat(browser.isSignedIn(without)).isTrue();
			});
		}
	}

	@Test
	void loginsThatBeganBeforeThePercentageWentToZeroComplete() {
		try (Instance hundred = start("oauth2-state.rollout.percentage=100");
				Instance zero = start("oauth2-state.rollout.percentage=0")) {
			Browser browser = Browser.overHttps();
			String callback = browser.begin(hundred, BEGIN);
			browser.open(zero, callback);
			assertThat(browser.isSignedIn(zero)).isTrue();
		}
	}

	@Test
	void cookieOfTheRolloutGoesAtZeroAndAtAHundred() {
		try (Instance half = start("oauth2-state.rollout.percentage=50");
				Instance zero = start("oauth2-state.rollout.percentage=0");
				Instance hundred = start("oauth2-state.rollout.percentage=100")) {
			for (Instance end : List.of(zero, hundred)) {
				Browser browser = Browser.overHttps();
				browser.open(half, BEGIN);
				assertThat(browser.cookies().keySet()).anyMatch((name) -> name.contains(COOKIE));
				browser.open(end, BEGIN);
				assertThat(browser.cookies().keySet()).noneMatch((name) -> name.contains(COOKIE));
			}
		}
	}

	private List<String> sessions() {
		return (this.store == SharedStore.REDIS) ? SharedSessions.inPostgres() : SharedSessions.inRedis();
	}

	private Instance start(String... properties) {
		return this.store.cluster(stack()).start(List.of(properties));
	}

	private Instance start(List<String> sessions, String... properties) {
		List<String> all = new ArrayList<>(sessions);
		// Both kinds of connection
		all.add("spring.autoconfigure.exclude=");
		all.addAll(List.of(properties));
		return this.store.cluster(stack())
			.start(all,
					(this.store == SharedStore.REDIS) ? SharedSessions.InPostgres.class : SharedSessions.InRedis.class);
	}

	private static boolean begin(Browser browser, Instance instance) {
		browser.cookies().keySet().removeIf((name) -> !name.contains(COOKIE));
		assertThat(browser.open(instance, BEGIN).location()).contains("/oauth2/authorize?");
		return isMarked(browser);
	}

	private static boolean isMarked(Browser browser) {
		return browser.cookies()
			.keySet()
			.stream()
			.anyMatch((name) -> name.contains("oauth2-state-") && !name.contains(COOKIE));
	}

	private static <T> void inParallel(List<T> items, Consumer<T> work) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		try {
			List<Future<?>> futures = new ArrayList<>();
			items.forEach((item) -> futures.add(executor.submit(() -> work.accept(item))));
			for (Future<?> future : futures) {
				future.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	/**
	 * A login that the provider has answered.
	 */
	private static final class Login {

		private final Browser browser;

		private final String callback;

		private final boolean marked;

		Login(Browser browser, String callback) {
			this.browser = browser;
			this.callback = callback;
			this.marked = isMarked(browser);
		}

	}

}
