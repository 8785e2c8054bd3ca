package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The same callback several times at once: double clicks, impatient reloads, prefetching
 * browsers.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Tag("full")
class ParallelCallbackTests {

	private static final int TRIALS = Scale.of(30);

	private final Stack stack;

	private final Cluster cluster;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	ParallelCallbackTests(Stack stack) {
		this.stack = stack;
		this.cluster = Cluster.shared(stack);
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
	}

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
	}

	@Test
	void sameLoginCallbackTwiceIsOneTokenCallAndSignsTheBrowserInWhicheverAnswerComesLast() throws Exception {
		int signedInWinnerLast = 0;
		int signedInLoserLast = 0;
		List<Integer> statuses = new ArrayList<>();
		for (int i = 0; i < TRIALS; i++) {
			Browser browser = Browser.overHttp();
			String callback = browser.begin(this.cluster.a, "/oauth2/authorization/idp");
			List<Browser.Page> answers = twice(browser, callback);
			answers.forEach((answer) -> statuses.add(answer.status()));
			boolean firstWon = answers.get(0).setsCookie(this.stack.sessionCookie());
			Browser.Page winner = answers.get(firstWon ? 0 : 1);
			Browser.Page loser = answers.get(firstWon ? 1 : 0);
			signedInWinnerLast += signedIn(browser.copy(), loser, winner);
			signedInLoserLast += signedIn(browser.copy(), winner, loser);
		}
		assertThat(statuses).hasSize(2 * TRIALS).containsOnly(302);
		assertThat(this.cluster.idp.takeTokenCalls()).isEqualTo(TRIALS);
		assertThat(signedInWinnerLast).isEqualTo(TRIALS);
		assertThat(signedInLoserLast).isEqualTo(TRIALS);
	}

	private int signedIn(Browser browser, Browser.Page first, Browser.Page last) {
		browser.accept(first);
		browser.accept(last);
		return browser.isSignedIn(this.cluster.b) ? 1 : 0;
	}

	@Test
	void sameClientCallbackTwiceIsOneTokenCallAndNoServerError() throws Exception {
		int trials = TRIALS / 2;
		List<Integer> statuses = new ArrayList<>();
		for (int i = 0; i < trials; i++) {
			Browser browser = Browser.overHttp();
			browser.follow(this.cluster.b, "/oauth2/authorization/idp");
			this.cluster.idp.takeTokenCalls();
			String callback = browser.begin(this.cluster.b, "/oauth2/authorization/api");
			twice(browser, callback).forEach((answer) -> statuses.add(answer.status()));
			assertThat(this.cluster.idp.takeTokenCalls()).isOne();
			this.cluster.b.awaitClient();
			assertThat(browser.open(this.cluster.b, "/client").body()).isEqualTo("client of alice");
		}
		assertThat(statuses).hasSize(2 * trials).containsOnly(302);
	}

	private List<Browser.Page> twice(Browser browser, String callback) throws Exception {
		Callable<Browser.Page> call = () -> browser.send(this.cluster.b, callback, null);
		return together(List.of(call, call));
	}

	private <T> List<T> together(List<Callable<T>> calls) throws Exception {
		CyclicBarrier barrier = new CyclicBarrier(calls.size());
		List<Future<T>> futures = new ArrayList<>();
		for (Callable<T> call : calls) {
			futures.add(this.threads.submit(() -> {
				barrier.await(30, TimeUnit.SECONDS);
				return call.call();
			}));
		}
		List<T> results = new ArrayList<>();
		for (Future<T> future : futures) {
			results.add(future.get(60, TimeUnit.SECONDS));
		}
		return results;
	}

}
