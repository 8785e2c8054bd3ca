package io.github.oauth2state.authorizationserver;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance that is killed while codes are redeemed.
 */
@Tag("full")
class SingleUseKilledTests {

	private static final int INSTANCES = 3;

	/**
	 * Codes that are redeemed at the same time, as an instance takes long to start.
	 */
	private static final int CODES = 5;

	private static final int REQUESTS = 64;

	private final ProviderClient plain = new ProviderClient("plain");

	@ParameterizedTest
	@EnumSource
	void noCodeIsRedeemedTwiceAndUsersLogInAgain(ProviderStore store) {
		long seed = System.nanoTime();
		System.out.println(store + ", seed " + seed);
		Random random = new Random(seed);
		String database = ProviderStore.newDatabase();
		int trials = Scale.of(10);
		Tally tally = new Tally();
		try (ProviderProcesses processes = new ProviderProcesses(INSTANCES, 2, store.properties(database))) {
			for (int trial = 0; trial < trials; trial += CODES) {
				int victim = random.nextInt(INSTANCES);
				redeemWhileKilled(processes, victim, random.nextInt(CODES * REQUESTS), tally);
				int alive = processes.port(victim + 1);
				assertThat(this.plain.redeem(alive, this.plain.authorize(alive))).matches(OneUse::isSuccess);
				processes.replace(victim);
			}
		}
		System.out.println(store + ", killed: " + tally);
		assertThat(tally.trialsWithTwoOrMore()).as(tally.toString()).isZero();
		assertThat(tally.trialsWith(1)).as(tally.toString()).isPositive();
		assertThat(store.records(database)).isPositive();
		assertThat(store.recordsWithoutExpiry(database)).isZero();
	}

	/**
	 * Kills an instance when some of the requests were answered.
	 */
	private void redeemWhileKilled(ProviderProcesses processes, int victim, int answersBefore, Tally tally) {
		List<IntFunction<HttpResponse<String>>> uses = Stream.generate(() -> OneUse.AUTHORIZATION_CODE)
			.limit(CODES)
			.map((kind) -> kind.prepare(processes.port(victim + 1)))
			.toList();
		AtomicInteger answered = new AtomicInteger();
		List<HttpResponse<String>> answers = ProviderClient.together(CODES * REQUESTS, (number) -> {
			HttpResponse<String> answer = answerOrNull(uses.get(number % CODES), processes.port(number / CODES));
			if (answered.getAndIncrement() == answersBefore) {
				processes.kill(victim);
			}
			return answer;
		});
		for (int code = 0; code < CODES; code++) {
			List<HttpResponse<String>> burst = answersTo(code, answers);
			tally.add(burst);
			tally.addUnanswered(REQUESTS - burst.size());
		}
	}

	private static HttpResponse<String> answerOrNull(IntFunction<HttpResponse<String>> use, int port) {
		try {
			return use.apply(port);
		}
		catch (UncheckedIOException ex) {
			return null;
		}
	}

	private static List<HttpResponse<String>> answersTo(int code, List<HttpResponse<String>> answers) {
		return Stream.iterate(code, (number) -> number < answers.size(), (number) -> number + CODES)
			.map(answers::get)
			.filter(Objects::nonNull)
			.toList();
	}

}
