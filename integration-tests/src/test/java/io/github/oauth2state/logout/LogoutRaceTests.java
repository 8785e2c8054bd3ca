package io.github.oauth2state.logout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.scenario.Browser;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logout tokens that come while requests of the same session are under way.
 */
@Tag("full")
@ParameterizedClass
@EnumSource(names = { "REDIS", "INDEXED_REDIS", "POSTGRESQL", "OWN_WITH_REDIS", "OWN_WITH_POSTGRESQL", "REACTIVE_REDIS",
		"REACTIVE_OWN_WITH_POSTGRESQL" })
class LogoutRaceTests {

	private static final int REQUESTS = 24;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final LogoutCluster cluster;

	private final String alice = LogoutCluster.name("alice");

	private final String session = LogoutCluster.name("session");

	LogoutRaceTests(SetUp setUp) {
		this.cluster = LogoutCluster.of(setUp);
	}

	@AfterEach
	void stop() {
		this.executor.shutdownNow();
	}

	/**
	 * Before the session is saved, no registry can know it.
	 */
	@ParameterizedTest
	@CsvSource({ "strategy, true", "strategy, false", "handler, true", "handler, false" })
	void tokenBetweenCallbackAndSavingWins(String point, boolean bySession) {
		String gate = point + "/" + this.alice;
		Browser browser = Browser.overHttp().as(this.alice + "/" + this.session);
		String callback = browser.begin(this.cluster.a, "/oauth2/authorization/idp");
		this.cluster.a.shut(gate);
		CompletableFuture<Browser.Page> login = async(() -> browser.open(this.cluster.a, callback));
		this.cluster.a.awaitWaiting(gate, 1);
		LogoutToken token = this.cluster.provider.logout();
		this.cluster.logOut(this.cluster.b, bySession ? token.sid(this.session) : token.sub(this.alice));
		this.cluster.a.open(gate);
		login.join();
		this.cluster.awaitInterval();
		assertUser(browser, "");
		LogoutCluster.awaitNextSecond();
		this.cluster.a.logIn(browser.as(this.alice + "/" + LogoutCluster.name("session")), "idp");
		assertUser(browser, this.alice);
	}

	/**
	 * Each has loaded the session before it ends, and saves it afterwards.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "write", "prolong", "change-id" })
	void requestsThatSaveTheSessionAfterItsEndDoNotBringItBack(String page) {
		String gate = LogoutCluster.name("gate");
		Browser browser = logIn();
		this.cluster.a.shut(gate);
		List<Browser> tabs = Stream.generate(browser::copy).limit(5).toList();
		List<CompletableFuture<Browser.Page>> requests = tabs.stream()
			.map((tab) -> async(() -> tab.open(this.cluster.a, "/api/" + page + "?gate=" + gate)))
			.toList();
		this.cluster.a.awaitWaiting(gate, tabs.size());
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sid(this.session));
		this.cluster.a.open(gate);
		requests.forEach(CompletableFuture::join);
		this.cluster.awaitInterval();
		awaitEnd(browser);
		tabs.forEach(this::awaitEnd);
		assertLogsInAgain(browser);
	}

	@Test
	void requestsDuringALogoutDoNotBringTheSessionBack() {
		for (int round = 0; round < Scale.of(10); round++) {
			race(round, "write", REQUESTS);
		}
	}

	@Test
	void changeOfTheIdDuringALogoutDoesNotSaveTheSession() {
		for (int round = 0; round < Scale.of(10); round++) {
			race(round, "change-id", 2);
		}
	}

	/**
	 * Lets a logout loose among requests of a session, which go on until after it.
	 */
	private void race(int round, String page, int requests) {
		Browser browser = this.cluster.a.logIn(this.alice + "/" + this.session + "-" + round);
		List<Browser> tabs = Stream.generate(browser::copy).limit(requests).toList();
		List<CompletableFuture<Browser.Page>> answers = new ArrayList<>();
		CompletableFuture<Void> logout = null;
		for (int i = 0; i < requests; i++) {
			Browser tab = tabs.get(i);
			LogoutInstance instance = this.cluster.setUp.sharesSessions() ? this.cluster.instance(i) : this.cluster.a;
			answers.add(async(() -> tab.open(instance, "/api/" + page)));
			if (i == requests / 2) {
				logout = async(() -> {
					this.cluster.logOut(this.cluster.instance(round + 1),
							this.cluster.provider.logout().sid(this.session + "-" + round));
					return null;
				});
			}
		}
		answers.forEach(CompletableFuture::join);
		logout.join();
		awaitEnd(browser);
		tabs.forEach(this::awaitEnd);
		if (round % 10 == 0) {
			assertLogsInAgain(browser);
		}
	}

	private void assertLogsInAgain(Browser browser) {
		LogoutCluster.awaitNextSecond();
		this.cluster.a.logIn(browser.as(this.alice + "/" + LogoutCluster.name("session")), "idp");
		this.cluster.awaitInterval();
		assertUser(browser, this.alice);
	}

	/**
	 * Two instances are told at the same moment. An attempt that finds the other's work
	 * undone helps, and one that finds it done is a replay.
	 */
	@Test
	void sameTokenAtBothInstancesAtOnceEndsTheSessionOnce() {
		Browser other = this.cluster.a.logIn(this.alice);
		for (int round = 0; round < Scale.of(10); round++) {
			String name = this.session + "-" + round;
			Browser browser = this.cluster.a.logIn(this.alice + "/" + name);
			String token = this.cluster.provider.logout().sid(name).signed();
			List<Integer> answers = Stream.of(this.cluster.a, this.cluster.b)
				.map((instance) -> async(() -> instance.send(token).statusCode()))
				.toList()
				.stream()
				.map(CompletableFuture::join)
				.toList();
			assertThat(answers).contains(200).isSubsetOf(200, 400);
			assertThat(this.cluster.instance(round).send(token).statusCode()).isEqualTo(400);
			this.cluster.awaitInterval();
			assertUser(browser, "");
			assertUser(other, this.alice);
		}
	}

	private <T> CompletableFuture<T> async(Supplier<T> work) {
		return CompletableFuture.supplyAsync(work, this.executor);
	}

	/**
	 * A request that changes its session is not kept waiting: the instance asks after it
	 * whether the session may live on. Spring Session fails on those that save a deleted
	 * session after their answer, and Tomcat closes their connections.
	 */
	private void awaitEnd(Browser browser) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.pollDelay(Duration.ZERO)
			.ignoreExceptionsInstanceOf(IllegalStateException.class)
			.untilAsserted(() -> assertUser(browser, ""));
	}

	private Browser logIn() {
		return this.cluster.a.logIn(this.alice + "/" + this.session);
	}

	private void assertUser(Browser browser, String user) {
		this.cluster.assertUser(browser, this.cluster.a, user);
	}

}
