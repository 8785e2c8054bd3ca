package io.github.oauth2state.cluster;

import java.time.Duration;
import java.util.Optional;

import org.awaitility.Awaitility;

import io.github.oauth2state.demo.check.PatientVisitor.Ending;
import io.github.oauth2state.demo.cluster.AppCluster;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Lets processes that have just started do what they do the first time: connect to their
 * servers, for example, for which a small machine may take longer than a login waits.
 */
final class WarmUp {

	private static final boolean TIMES_ARE_REPORTED = Scale.of(1) > 1;

	/**
	 * Some for each of three instances, and enough for the compilers if times are
	 * reported.
	 */
	private static final int LOGINS = TIMES_ARE_REPORTED ? 600 : 30;

	private static final Duration PATIENCE = Duration.ofMinutes(TIMES_ARE_REPORTED ? 15 : 2);

	private WarmUp() {
	}

	/**
	 * Logs in until every login takes the path that it should.
	 */
	static void of(AppCluster cluster, String path) {
		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
			try (Crowd crowd = new Crowd(cluster.uri(), LOGINS)) {
				crowd.begin();
				assertThat(crowd.complete()).extracting(Ending::path).containsOnly(Optional.of(path));
			}
		});
	}

}
