package io.github.oauth2state.scenario;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a login and attacks on it leave in logs and events.
 */
@Tag("full")
class ExposureTests extends AttackTests {

	private static final int RANDOM = Scale.of(1000);

	ExposureTests(Deployment deployment) {
		super(deployment);
	}

	@Test
	void nothingSecretIsLoggedAtTrace() {
		try (LogRecorder log = LogRecorder.atTrace("io.github.oauth2state", "io.lettuce", "org.postgresql",
				"com.zaxxer", "org.springframework.data", "org.springframework.jdbc")) {
			List<String> observed = observeStore();
			VictimLogin login = begin();
			Set<String> secrets = new TreeSet<>(List.of(login.state(), login.encodedState(), login.cookie(),
					login.secret(), login.cookieName(), login.callback().replaceFirst(".*[?&]code=([^&]*).*", "$1")));
			Browser.overHttps().open(this.b, login.callback());
			this.browser.open(this.b, login.callback());
			this.browser.open(this.b, login.callback());
			VictimLogin unreadable = VictimLogin.begin(Browser.overHttps(), this.a);
			secrets.addAll(List.of(unreadable.state(), unreadable.cookie(), unreadable.secret()));
			this.cluster.records.rewrite((value) -> new byte[] { 1, 2, 3 });
			unreadable.browser().open(this.b, unreadable.callback());
			this.browser.open(this.a, BEGIN + "?attribute=unsupported");
			assertThat(log.lines()).anyMatch((line) -> line.contains("Login completed: registration idp"))
				.anyMatch((line) -> line.contains("Login unreadable"));
			assertThat(secrets)
				.allSatisfy((secret) -> assertThat(log.lines()).noneMatch((line) -> line.contains(secret)));
			assertThat(observed).anyMatch((context) -> context.contains("oauth2.state.store.operations"));
			assertThat(secrets)
				.allSatisfy((secret) -> assertThat(observed).noneMatch((context) -> context.contains(secret)));
			List<String> meters = ownMeters();
			assertThat(meters).isNotEmpty();
			assertThat(secrets).allSatisfy((secret) -> assertThat(meters).noneMatch((meter) -> meter.contains(secret)));
		}
	}

	/**
	 * Notes the names and key values that spans of the library would have.
	 */
	private List<String> observeStore() {
		List<String> observed = new CopyOnWriteArrayList<>();
		ObservationHandler<Observation.Context> handler = new ObservationHandler<>() {

			@Override
			public void onStop(Observation.Context context) {
				observed.add(context.getName() + " " + context.getContextualName() + " " + context.getAllKeyValues()
						+ " " + context.getError());
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		};
		this.b.context().getBean(ObservationRegistry.class).observationConfig().observationHandler(handler);
		return observed;
	}

	private List<String> ownMeters() {
		return this.b.context()
			.getBean(MeterRegistry.class)
			.getMeters()
			.stream()
			.map((meter) -> meter.getId().toString())
			.filter((meter) -> meter.contains("oauth2.state"))
			.toList();
	}

	@Test
	void lineBreaksInAProvidersErrorReachNeitherHeadersNorLog() {
		try (LogRecorder log = LogRecorder.atTrace("io.github.oauth2state")) {
			VictimLogin login = begin();
			String injected = "%0d%0aSet-Cookie:%20planted=1%0d%0aLogin%20completed";
			String url = login.callback()
				.replaceFirst("code=[^&]*", "error=access_denied" + injected + "&error_description=" + injected);
			Browser.Page page = attack(() -> this.browser.open(this.b, url));
			assertThat(outcomes()).containsExactly(LoginOutcome.PROVIDER_ERROR);
			assertThat(page.location()).isEqualTo(APP + "/login?error");
			assertThat(page.setsCookie("planted")).isFalse();
			assertThat(log.lines()).noneMatch((line) -> line.contains("planted") || line.contains("\n"));
		}
	}

	/**
	 * What becomes a tag of a metric can be only what the app itself is configured with.
	 */
	@Test
	void randomStatesAndRegistrationsDoNotMultiplyEvents() {
		VictimLogin login = begin();
		String[] fields = login.cookie().split("\\.");
		for (int i = 0; i < RANDOM; i++) {
			Browser forging = Browser.overHttps();
			fields[3] = "forged" + i % 10 + "x".repeat(i % 7);
			forging.cookies().put(VictimLogin.cookieName("scenario", "state-" + i), String.join(".", fields));
			forging.send(this.b, "/login/oauth2/code/" + ((i % 2 == 0) ? "idp" : "made-up-" + i)
					+ "?code=1&state=state-" + ((i % 3 == 0) ? "other-" : "") + i, null);
		}
		List<LoginEvent> events = this.b.takeEvents();
		assertThat(events).hasSizeGreaterThanOrEqualTo(RANDOM / 2);
		assertThat(events.stream().map(LoginEvent::registrationId).collect(Collectors.toSet())).containsOnlyNulls();
		assertThat(events.stream().map((event) -> List.of(event.outcome(), event.path())).collect(Collectors.toSet()))
			.hasSizeLessThanOrEqualTo(4);
	}

}
