package io.github.oauth2state.scenario;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What meters show of logins, through real HTTP.
 */
class MeterTests extends AttackTests {

	private static final int RANDOM = Scale.of(200);

	MeterTests(Deployment deployment) {
		super(deployment);
	}

	@Test
	void completedLoginIsStartedAndCompletedAndTimed() {
		double started = logins(this.a, "started", "shared", "idp");
		double completed = logins(this.b, "completed", "shared", "idp");
		long timed = timer(this.b, "completed").count();
		assertCompletes(begin());
		assertThat(logins(this.a, "started", "shared", "idp")).isEqualTo(started + 1);
		assertThat(logins(this.b, "completed", "shared", "idp")).isEqualTo(completed + 1);
		assertThat(timer(this.b, "completed").count()).isEqualTo(timed + 1);
	}

	@Test
	void providerErrorIsOne() {
		VictimLogin login = begin();
		assertCounts("provider_error", "shared", "idp",
				() -> login.browser().open(this.b, login.callback().replaceFirst("code=[^&]*", "error=access_denied")));
	}

	@Test
	void codeThatTheProviderRefusesIsAFailure() {
		VictimLogin login = begin();
		assertCounts("failed", "shared", "idp",
				() -> login.browser().open(this.b, login.callback().replaceFirst("code=[^&]*", "code=made-up")));
	}

	@Test
	void lateCallbackIsExpired() {
		VictimLogin login = begin();
		login.shift(-3600);
		this.cluster.records.expireAll();
		assertCounts("expired", "shared", "idp", () -> login.browser().open(this.b, login.callback()));
	}

	@Test
	void secondCallbackIsAlreadyUsed() {
		VictimLogin login = begin();
		login.browser().open(this.b, login.callback());
		assertCounts("already_used", "shared", "idp", () -> login.browser().open(this.b, login.callback()));
	}

	@Test
	void callbackOfAnotherBrowserIsForeign() {
		VictimLogin login = begin();
		assertCounts("foreign_browser", "session", "unknown", () -> Browser.overHttps().open(this.b, login.callback()));
	}

	@Test
	void damagedRecordIsUnreadable() {
		VictimLogin login = begin();
		this.cluster.records.rewrite((value) -> new byte[] { 1, 2, 3 });
		assertCounts("unreadable", "shared", "idp", () -> login.browser().open(this.b, login.callback()));
	}

	@Test
	void ninthLoginEvictsOne() {
		for (int i = 0; i < 8; i++) {
			this.browser.open(this.b, BEGIN);
		}
		assertCounts("evicted", "shared", "unknown", () -> this.browser.open(this.b, BEGIN));
	}

	@Test
	void storeThatDoesNotAnswerIsAnErrorOfTheStore() {
		Cluster failing = Cluster.shared();
		failing.forget();
		double before = logins(failing.b, "store_error", "shared", "idp");
		double operations = operations(failing.b, "take", "connection");
		Browser browser = Browser.overHttps();
		String callback = browser.begin(failing.a, BEGIN);
		failing.store.setFailing(true);
		browser.open(failing.b, callback);
		failing.forget();
		assertThat(logins(failing.b, "store_error", "shared", "idp")).isEqualTo(before + 1);
		assertThat(operations(failing.b, "take", "connection")).isEqualTo(operations + 1);
	}

	@Test
	void storeOperationsAreTimedOncePerCall() {
		double puts = operations(this.a, "put_if_absent", "success");
		double takes = operations(this.b, "take", "success");
		assertCompletes(begin());
		assertThat(operations(this.a, "put_if_absent", "success")).isEqualTo(puts + 1);
		assertThat(operations(this.b, "take", "success")).isEqualTo(takes + 1);
	}

	@Test
	void noCallerAddsTimeSeries() {
		assertCompletes(begin());
		request(0, 20);
		Set<Meter.Id> before = series();
		request(20, RANDOM);
		assertThat(series()).isEqualTo(before);
	}

	/**
	 * Sends states, registration ids, headers and cookies that nobody gave out.
	 */
	private void request(int from, int to) {
		VictimLogin login = begin();
		String[] fields = login.cookie().split("\\.");
		for (int i = from; i < to; i++) {
			Browser forging = Browser.overHttps()
				.header("X-Random-" + i, "value-" + i)
				.header("User-Agent", "agent-" + i);
			fields[3] = "forged" + i;
			forging.cookies().put(VictimLogin.cookieName("scenario", "state-" + i), String.join(".", fields));
			String registration = (i % 2 == 0) ? "idp" : "made-up-" + i;
			String state = ((i % 3 == 0) ? "other-" : "state-") + i;
			forging.send(this.b, "/login/oauth2/code/" + registration + "?code=1&state=" + state, null);
			if (i % 10 == 0) {
				forging.send(this.b, "/oauth2/authorization/made-up-" + i, null);
			}
		}
	}

	private Set<Meter.Id> series() {
		return registry(this.b).getMeters()
			.stream()
			.map(Meter::getId)
			.filter((id) -> id.getName().startsWith("oauth2.state"))
			.collect(Collectors.toCollection(HashSet::new));
	}

	private void assertCounts(String outcome, String path, String registration, Runnable work) {
		double before = logins(this.b, outcome, path, registration);
		List<Double> others = others(outcome);
		work.run();
		assertThat(logins(this.b, outcome, path, registration)).isEqualTo(before + 1);
		assertThat(others(outcome)).isEqualTo(others);
	}

	private List<Double> others(String outcome) {
		Set<String> expected = Set.of(outcome, "started");
		return registry(this.b).find("oauth2.state.logins")
			.counters()
			.stream()
			.filter((counter) -> !expected.contains(counter.getId().getTag("outcome")))
			.sorted((one, other) -> one.getId().toString().compareTo(other.getId().toString()))
			.map(Counter::count)
			.toList();
	}

	private static double logins(Instance instance, String outcome, String path, String registration) {
		Counter counter = registry(instance).find("oauth2.state.logins")
			.tags("outcome", outcome, "path", path, "registration", registration, "store", store(instance))
			.counter();
		return (counter != null) ? counter.count() : 0;
	}

	private static Timer timer(Instance instance, String outcome) {
		return registry(instance).timer("oauth2.state.login.duration", "outcome", outcome, "path", "shared",
				"registration", "idp", "store", store(instance));
	}

	private static double operations(Instance instance, String operation, String outcome) {
		return registry(instance).find("oauth2.state.store.operations")
			.tags("operation", operation, "outcome", outcome, "store", store(instance))
			.timers()
			.stream()
			.mapToDouble(Timer::count)
			.sum();
	}

	private static String store(Instance instance) {
		return instance.context().getBean(StateStore.class).name();
	}

	private static MeterRegistry registry(Instance instance) {
		return instance.context().getBean(MeterRegistry.class);
	}

}
