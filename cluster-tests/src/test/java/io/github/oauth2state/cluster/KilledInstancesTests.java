package io.github.oauth2state.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.demo.check.PatientVisitor.Ending;
import io.github.oauth2state.demo.check.RequestLog.Failure;
import io.github.oauth2state.demo.check.RequestLog.Step;
import io.github.oauth2state.demo.cluster.Balancers;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances that are killed and started again, one after the other, while crowds log in.
 * <p>
 * A request may fail if it was in flight on the killed instance. Its browser loads the
 * page again: a login whose record was still there completes, and one whose record that
 * instance had taken is begun anew by the starter, and completes without asking the user.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@Tag("cluster")
class KilledInstancesTests {

	private static final int LOGINS = Scale.of(50);

	/**
	 * With so many that one is always ready to be killed, a kill waits for no start.
	 */
	private static final int INSTANCES = Integer.getInteger("instances", 3);

	private static final int CROWD = 100;

	/**
	 * However fast the machine is, each instance comes to be killed.
	 */
	private static final int KILLS = 3;

	@Test
	void onlyRequestsInFlightFailAndNoLoginIsLost() throws InterruptedException {
		List<Ending> endings = new ArrayList<>();
		List<Failure> failures = new ArrayList<>();
		try (Keeping.Running running = Keeping.STARTER_ON_REDIS.start(INSTANCES)) {
			WarmUp.of(running.cluster(), "shared");
			Instant start = Instant.now();
			try (Reaper reaper = new Reaper(running.cluster().instances())) {
				while (endings.size() < LOGINS || reaper.kills() < KILLS) {
					try (Crowd crowd = new Crowd(running.cluster().uri(), CROWD)) {
						crowd.begin();
						endings.addAll(crowd.complete());
						failures.addAll(crowd.log().failures());
					}
				}
				print(endings, failures, reaper.kills(), Duration.between(start, Instant.now()));
				assertThat(failures).allMatch(reaper::explains);
			}
			assertThat(endings).allMatch(Ending::isSignedIn);
			assertThat(endings).allMatch((ending) -> ending.restarts() <= ending.failedCallbacks());
			assertThat(running.kept()).as("kept for begins whose answer was lost")
				.isLessThanOrEqualTo(count(failures, Step.BEGIN));
		}
	}

	private static void print(List<Ending> endings, List<Failure> failures, int kills, Duration time) {
		System.out.printf(Locale.ROOT,
				"Chaos behind %s: %d logins, %d kills in %d s; %d requests failed, %d of them callbacks; "
						+ "%d logins whose callback failed, %d of them begun anew; %d lost%n",
				Balancers.name(), endings.size(), kills, time.toSeconds(), failures.size(),
				count(failures, Step.CALLBACK),
				endings.stream().filter((ending) -> ending.failedCallbacks() > 0).count(),
				endings.stream().filter((ending) -> ending.restarts() > 0).count(),
				endings.stream().filter((ending) -> !ending.isSignedIn()).count());
	}

	private static long count(List<Failure> failures, Step step) {
		return failures.stream().filter((failure) -> failure.step() == step).count();
	}

}
