package io.github.oauth2state.logout;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.scenario.Browser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What logout costs, as the servers count, beside an app that has no back-channel logout.
 */
@Tag("full")
@ParameterizedClass
@EnumSource(names = { "REDIS", "POSTGRESQL", "OWN_WITH_POSTGRESQL", "REACTIVE_REDIS", "REACTIVE_OWN_WITH_POSTGRESQL" })
class LogoutCostTests {

	private static final int SESSIONS = 10;

	private static final int REQUESTS = 50;

	private static final int FORGED = 500;

	private final SetUp setUp;

	private final LogoutCluster cluster;

	private final String alice = LogoutCluster.name("alice");

	LogoutCostTests(SetUp setUp) {
		this.setUp = setUp;
		this.cluster = LogoutCluster.of(setUp);
	}

	@Test
	void loginTakesTwoCommandsMoreWhereInstancesShareSessions() {
		List<String> without = this.setUp.properties();
		without.add("app.back-channel=false");
		try (LogoutInstance plain = LogoutInstance.start(without)) {
			this.cluster.a.logIn(this.alice);
			plain.logIn(this.alice);
			Browser one = Browser.overHttp().as(this.alice + "/" + LogoutCluster.name("session"));
			Browser other = Browser.overHttp().as(this.alice);
			StoreCommands login = login(this.cluster.a, one);
			StoreCommands plainLogin = login(plain, other);
			System.out.println(this.setUp + ", login: " + login + ", without: " + plainLogin);
			int more = ours(login) - ours(plainLogin);
			assertThat(more).as("login " + login + ", without " + plainLogin)
				.isEqualTo(this.setUp.sharesSessions() ? 2 : 0);
		}
	}

	/**
	 * Where each instance has sessions of its own, a session looks for both of its names,
	 * once per interval.
	 */
	@Test
	void requestTakesNoCommandMoreOrTwoPerInterval() {
		List<String> without = this.setUp.properties();
		without.add("app.back-channel=false");
		try (LogoutInstance plain = LogoutInstance.start(without)) {
			Browser one = this.cluster.a.logIn(this.alice + "/" + LogoutCluster.name("session"));
			Browser other = plain.logIn(this.alice);
			long begin = System.nanoTime();
			StoreCommands requests = requests(this.cluster.a, one);
			long intervals = 2 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) / SetUp.INTERVAL_MILLIS;
			StoreCommands plainRequests = requests(plain, other);
			System.out.printf("%s, %d requests: %s, without: %s%n", this.setUp, REQUESTS, requests, plainRequests);
			assertThat((long) requests.total() - plainRequests.total())
				.as("requests " + requests + ", without " + plainRequests)
				.isBetween(0L, this.setUp.sharesSessions() ? 0 : 2 * intervals);
		}
	}

	private StoreCommands requests(LogoutInstance instance, Browser browser) {
		return StoreCommands.during(this.setUp,
				() -> IntStream.range(0, REQUESTS).forEach((number) -> instance.user(browser)));
	}

	private StoreCommands login(LogoutInstance instance, Browser browser) {
		return StoreCommands.during(this.setUp,
				() -> browser.open(instance, browser.begin(instance, "/oauth2/authorization/idp")));
	}

	@Test
	void logoutTakesTwoCommandsAndTheDeletionOfSessions() {
		List<Browser> sessions = Stream.generate(() -> this.cluster.a.logIn(this.alice)).limit(SESSIONS).toList();
		String token = this.cluster.provider.logout().sub(this.alice).signed();
		StoreCommands logout = StoreCommands.during(this.setUp,
				() -> assertThat(this.cluster.b.send(token).statusCode()).isEqualTo(200));
		StoreCommands replay = StoreCommands.during(this.setUp,
				() -> assertThat(this.cluster.b.send(token).statusCode()).isEqualTo(400));
		System.out
			.println(this.setUp + ", logout of " + SESSIONS + " sessions: " + logout + ", the same again: " + replay);
		// On a database, a logout is remembered by one statement, and another one finds
		// the sessions
		int most = this.setUp.storeIsRedis() ? 2 : 3;
		assertThat(ours(logout)).as(logout.toString()).isBetween(1, most);
		assertThat(replay.total()).as(replay.toString()).isLessThanOrEqualTo(2);
		if (this.setUp == SetUp.REDIS || this.setUp == SetUp.POSTGRESQL || this.setUp == SetUp.REACTIVE_REDIS) {
			assertThat(logout.total()).as(logout.toString()).isEqualTo(most + SESSIONS);
		}
		this.cluster.awaitInterval();
		sessions.forEach((browser) -> this.cluster.assertUser(browser, this.cluster.a, ""));
	}

	/**
	 * Returns the number of commands for the store, without those for sessions.
	 */
	private static int ours(StoreCommands commands) {
		return commands.total("oauth2_state") + commands.totalOf("eval", "set", "get", "getdel");
	}

	@Test
	void floodOfForgedTokensCostsNoCommandAndFewLinesInTheLog() {
		LogoutToken token = this.cluster.provider.logout().sub(this.alice);
		Forgery[] forgeries = Forgery.values();
		List<String> forged = IntStream.range(0, FORGED)
			.mapToObj((number) -> forgeries[number % forgeries.length])
			.map((forgery) -> forgery.of(this.cluster.provider.logout().sub(this.alice)))
			.toList();
		Browser browser = this.cluster.a.logIn(this.alice);
		long before = this.cluster.a.output().lines().count();
		StoreCommands commands = StoreCommands.during(this.setUp, () -> forged.parallelStream()
			.forEach((each) -> assertThat(this.cluster.a.send(each).statusCode()).isEqualTo(400)));
		assertThat(commands.total()).as(commands.toString()).isZero();
		List<String> lines = this.cluster.a.output().lines().skip(before).toList();
		System.out.println(this.setUp + ", " + FORGED + " forged tokens: " + lines.size() + " lines");
		assertThat(lines.size()).isLessThan(FORGED / 2);
		List<String> secrets = Stream.concat(forged.stream(), Stream.of(token.signed()))
			.flatMap((each) -> Stream.of(each.split("\\.")))
			.filter((part) -> part.length() > 10)
			.toList();
		assertThat(lines).noneMatch((line) -> secrets.stream().anyMatch(line::contains) || line.contains(this.alice));
		assertThat(this.cluster.a.user(browser)).isEqualTo(this.alice);
	}

}
