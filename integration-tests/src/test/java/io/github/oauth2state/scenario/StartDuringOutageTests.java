package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances that are started while the store is gone: by themselves, or because
 * everything starts again after an outage and the store comes last.
 */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
@Tag("full")
class StartDuringOutageTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final Duration RESUMED = Duration.ofSeconds(30);

	@SuppressWarnings("ImmutableEnumChecker")
	enum Store {

		KILLED_REDIS(BreakableStore.KilledRedis::new, "Redis cannot be used at startup"),

		STALLING_REDIS(BreakableStore.StallingRedis::new, "Redis cannot be used at startup"),

		STOPPED_POSTGRESQL(BreakableStore.StoppedPostgres::new, "The database cannot be reached");

		private final Supplier<BreakableStore> supplier;

		private final String warning;

		Store(Supplier<BreakableStore> supplier, String warning) {
			this.supplier = supplier;
			this.warning = warning;
		}

	}

	static Stream<Arguments> setUps() {
		return Stack.each(Store.values());
	}

	@ParameterizedTest
	@MethodSource("setUps")
	void instanceStartsWithOneWarningAndUsesTheStoreOnceItIsThere(Stack stack, Store kind, CapturedOutput output) {
		try (BreakableStore store = kind.supplier.get()) {
			store.takeAway();
			try (Instance instance = start(stack, store)) {
				assertThat(logIn(instance)).isEqualTo(LoginPath.COOKIE);
				Awaitility.await().atMost(RESUMED).until(() -> output.toString().contains(kind.warning));
				store.giveBack();
				Awaitility.await().atMost(RESUMED).until(() -> logIn(instance) == LoginPath.SHARED);
				assertThat(output).containsOnlyOnce(kind.warning).contains("oauth2-state.on-store-failure");
			}
		}
	}

	private static Instance start(Stack stack, BreakableStore store) {
		List<String> properties = new ArrayList<>(store.properties());
		properties.add("oauth2-state.on-store-failure=cookie");
		properties.add("oauth2-state.cookie.keys=" + Keys.random("one"));
		properties.add("oauth2-state.timeout=500ms");
		return Instance.start(stack, Cluster.shared(stack).idp, null, properties);
	}

	private static LoginPath logIn(Instance instance) {
		Browser browser = Browser.overHttps();
		browser.open(instance, browser.begin(instance, BEGIN));
		assertThat(browser.isSignedIn(instance)).isTrue();
		return instance.takeEvents()
			.stream()
			.filter((event) -> event.outcome() == LoginOutcome.COMPLETED)
			.map(LoginEvent::path)
			.reduce((first, last) -> last)
			.orElseThrow();
	}

}
