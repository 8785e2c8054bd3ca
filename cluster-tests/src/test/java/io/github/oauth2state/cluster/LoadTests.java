package io.github.oauth2state.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.oauth2state.demo.check.PatientVisitor.Ending;
import io.github.oauth2state.demo.check.RequestLog;
import io.github.oauth2state.demo.check.RequestLog.Step;
import io.github.oauth2state.demo.cluster.Balancers;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logins that are all pending at once, over three instances, with the starter and with
 * Spring Session in its place.
 */
@Tag("cluster")
class LoadTests {

	private static final int LOGINS = Scale.of(100);

	/**
	 * How many logins only begin before times are reported. A begin is short, so it takes
	 * many of them until it is compiled.
	 */
	private static final int BEGUN_BEFORE = (Scale.of(1) > 1) ? 3000 : 0;

	/**
	 * Part of the name of what is tried.
	 */
	private static final String ONLY = System.getProperty("keeping", "");

	private static final int INSTANCES = 3;

	private static final double MILLIS = 1000;

	/**
	 * Spring Session is there to be compared with, which few logins are not enough for.
	 * All are tried again in the opposite order then, as a machine may be slower later.
	 */
	static Stream<Keeping> keepings() {
		List<Keeping> chosen = Stream.of(Keeping.values())
			.filter((keeping) -> keeping.name().contains(ONLY))
			.filter((keeping) -> Scale.of(1) > 1 || keeping.isStarter())
			.toList();
		List<Keeping> opposite = new ArrayList<>((Scale.of(1) > 1) ? chosen : List.of());
		Collections.reverse(opposite);
		return Stream.concat(chosen.stream(), opposite.stream());
	}

	@ParameterizedTest
	@MethodSource("keepings")
	void noneOfManyPendingLoginsIsLost(Keeping keeping) throws InterruptedException {
		try (Keeping.Running running = keeping.start(INSTANCES)) {
			WarmUp.of(running.cluster(), keeping.isStarter() ? "shared" : "session");
			try (Crowd crowd = new Crowd(running.cluster().uri(), BEGUN_BEFORE)) {
				crowd.begin();
			}
			long before = running.kept();
			try (Crowd crowd = new Crowd(running.cluster().uri(), LOGINS)) {
				crowd.begin();
				assertThat(running.kept() - before).as("kept while all are pending").isEqualTo(LOGINS);
				List<Ending> endings = crowd.complete();
				print(keeping, crowd, endings, running.kept());
				assertThat(endings).hasSize(LOGINS).allMatch(Ending::isSignedIn);
				assertThat(endings).extracting(Ending::restarts).containsOnly(0);
				assertThat(crowd.log().failures()).isEmpty();
				if (keeping.isStarter()) {
					assertThat(endings).extracting((ending) -> ending.path().orElseThrow()).containsOnly("shared");
					assertThat(running.kept()).as("kept when all are over").isEqualTo(before);
				}
			}
		}
	}

	private static void print(Keeping keeping, Crowd crowd, List<Ending> endings, long kept) {
		RequestLog log = crowd.log();
		System.out.printf(Locale.ROOT,
				"Load, %s behind %s: %d pending at once, %d lost, %d kept afterwards; per second %.0f begun and %.1f completed; "
						+ "begin p50 %d ms, p99 %d ms; callback p50 %d ms, p99 %d ms%n",
				keeping, Balancers.name(), LOGINS, endings.stream().filter((ending) -> !ending.isSignedIn()).count(),
				kept, perSecond(crowd.beginning()), perSecond(crowd.completing()),
				log.percentile(Step.BEGIN, 50).toMillis(), log.percentile(Step.BEGIN, 99).toMillis(),
				log.percentile(Step.CALLBACK, 50).toMillis(), log.percentile(Step.CALLBACK, 99).toMillis());
	}

	private static double perSecond(Duration time) {
		return LOGINS * MILLIS / time.toMillis();
	}

}
