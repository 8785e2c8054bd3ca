package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.store.StoreCircuit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What others who can write to a real store put in the place of the percentage.
 */
@ParameterizedClass
@EnumSource
@Timeout(180)
@Tag("full")
class RolloutRecordTests {

	private static final List<String> AT_RUNTIME = List.of("oauth2-state.rollout.at-runtime=true",
			"oauth2-state.rollout.percentage=20", "oauth2-state.on-store-failure=fail");

	private static final Duration A_FEW_POLLS = Duration.ofSeconds(7);

	@Parameter
	private SharedStore store;

	/**
	 * Before, too: each record of another test would become as large.
	 */
	@BeforeEach
	@AfterEach
	void forget() {
		this.store.cluster().forget();
	}

	@Test
	void hugeRecordNeitherStopsLoginsNorMovesThePercentage() {
		try (Instance a = start(); Instance b = start()) {
			rollout(a).setPercentage("100");
			rollout(b).setPercentage("100");
			this.store.cluster().records.rewrite((record) -> new byte[60_000_000]);
			long end = System.nanoTime() + A_FEW_POLLS.toNanos();
			while (System.nanoTime() < end) {
				assertLogsIn(a, b);
				assertLogsIn(b, a);
			}
			for (Instance instance : List.of(a, b)) {
				assertThat(rollout(instance).percentage()).hasToString("100");
				assertThat(instance.context().getBean(StoreCircuit.class).state()).isEqualTo(StoreCircuit.State.CLOSED);
				assertThat(instance.takeEvents()).isNotEmpty()
					.allMatch((event) -> event.path() == LoginPath.SHARED)
					.extracting(LoginEvent::outcome)
					.containsOnly(LoginOutcome.STARTED, LoginOutcome.COMPLETED);
			}
		}
	}

	private static void assertLogsIn(Instance begun, Instance calledBack) {
		Browser browser = Browser.overHttps();
		browser.open(calledBack, browser.begin(begun, "/oauth2/authorization/idp"));
		assertThat(browser.isSignedIn(calledBack)).isTrue();
	}

	private static Rollout rollout(Instance instance) {
		return instance.context().getBean(Rollout.class);
	}

	private Instance start() {
		return this.store.cluster().start(AT_RUNTIME);
	}

}
