package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.util.function.IntFunction;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many requests on three instances, in processes of their own, that use the same code at
 * the same moment.
 */
@Tag("full")
@ParameterizedClass(name = "on {0}")
@EnumSource
class SingleUseRaceTests {

	private static final int REQUESTS = 64;

	private static ProviderProcesses processes;

	private final ProviderStore store;

	SingleUseRaceTests(ProviderStore store) {
		this.store = store;
	}

	@BeforeParameterizedClassInvocation
	static void start(ProviderStore store) {
		processes = new ProviderProcesses(3, 0, store.properties(ProviderStore.newDatabase()));
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		processes.close();
	}

	@ParameterizedTest
	@EnumSource
	void exactlyOneRequestSucceeds(OneUse kind) {
		boolean token = kind == OneUse.AUTHORIZATION_CODE || kind == OneUse.REFRESH_TOKEN;
		int trials = Scale.of(token ? 20 : 10);
		Tally tally = race(kind, processes, trials);
		System.out.println(this.store + ", " + kind + ": " + tally);
		assertThat(tally.trialsWith(1)).as(tally.toString()).isEqualTo(trials);
	}

	/**
	 * So that it is known that these tests can fail.
	 */
	@Test
	void withoutSingleUseCodesAreRedeemedTwice() {
		try (ProviderProcesses without = new ProviderProcesses(3, 0, this.store.properties(ProviderStore.newDatabase(),
				"oauth2-state.authorization-server.single-use=false"))) {
			Tally tally = race(OneUse.AUTHORIZATION_CODE, without, Scale.of(3));
			System.out.println("Codes without single use: " + tally);
			assertThat(tally.trialsWithTwoOrMore()).as(tally.toString()).isPositive();
		}
	}

	private static Tally race(OneUse kind, ProviderProcesses processes, int trials) {
		Tally tally = new Tally();
		for (int trial = 0; trial < trials; trial++) {
			IntFunction<HttpResponse<String>> use = kind.prepare(processes.port(trial));
			tally.add(ProviderClient.together(REQUESTS, (number) -> use.apply(processes.port(number))));
		}
		return tally;
	}

}
