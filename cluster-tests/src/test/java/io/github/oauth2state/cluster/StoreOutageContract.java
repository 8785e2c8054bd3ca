package io.github.oauth2state.cluster;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.oauth2state.demo.check.PatientVisitor;
import io.github.oauth2state.demo.check.PatientVisitor.Ending;
import io.github.oauth2state.demo.check.RequestLog;
import io.github.oauth2state.demo.cluster.AppCluster;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logins through the balancer before, during and after whatever happens to the store, in
 * one cluster that is never restarted. Its logins fall back to the cookie, and sessions
 * of users who are signed in are kept elsewhere.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoreOutageContract {

	private static final int LOGINS = 6;

	private RequestLog log;

	private AppCluster cluster;

	/**
	 * Starts the store, and a cluster that uses it.
	 */
	abstract AppCluster start() throws InterruptedException;

	/**
	 * Stops the store.
	 */
	abstract void stop();

	abstract Stream<Outage> outages();

	/**
	 * Called when logins are pending that the outage will meet.
	 */
	void settle() {
	}

	@BeforeAll
	void startAll() throws InterruptedException {
		this.cluster = start();
	}

	@AfterAll
	void stopAll() {
		this.cluster.close();
		stop();
	}

	@ParameterizedTest
	@MethodSource("outages")
	void loginsGoOnMeanwhileAndAreSharedAgainAfterwards(Outage outage) throws Exception {
		WarmUp.of(this.cluster, "shared");
		this.log = new RequestLog();
		List<Pending> pending = new ArrayList<>();
		for (int i = 0; i < LOGINS; i++) {
			PatientVisitor visitor = begin();
			pending.add(new Pending(visitor, visitor.authenticate()));
		}
		settle();
		List<Ending> endings = new ArrayList<>();
		outage.begin().run();
		try {
			List<Pending> meanwhile = new ArrayList<>();
			for (int i = 0; i < LOGINS; i++) {
				meanwhile.addAll(logIn(outage));
			}
			assertThat(meanwhile).as("logins that did not complete").hasSizeLessThan(LOGINS);
			endings.addAll(callBack(pending));
			assertThat(endings.size()).satisfies((completed) -> {
				assertThat(completed == 0 || !outage.isTotal()).as("%s completed without a store", completed).isTrue();
				assertThat(completed == LOGINS || !outage.isHarmless()).as("only %s completed", completed).isTrue();
			});
			pending.addAll(meanwhile);
		}
		finally {
			outage.end().run();
		}
		WarmUp.of(this.cluster, "shared");
		endings.addAll(callBack(pending));
		assertThat(pending).as("logins that were lost").isEmpty();
		assertThat(endings).extracting(Ending::restarts).allMatch(outage.records()::explain);
		assertThat(this.log.failures()).as("requests that no app answered").isEmpty();
	}

	/**
	 * Logs in during an outage. If the outage passes, the login may begin on an instance
	 * that has found the store again, and be called back on one that has not.
	 * @return the login if it must be called back again, otherwise nothing
	 */
	private List<Pending> logIn(Outage outage) throws Exception {
		PatientVisitor visitor = begin();
		URI callback = visitor.authenticate();
		Ending ending = visitor.callBack(callback);
		if (!ending.isSignedIn() && outage.isPassing()) {
			return List.of(new Pending(visitor, callback));
		}
		assertThat(ending.path()).get().isIn(outage.paths());
		return List.of();
	}

	private PatientVisitor begin() throws InterruptedException {
		PatientVisitor visitor = new PatientVisitor(this.cluster.uri(), this.log);
		visitor.begin();
		return visitor;
	}

	/**
	 * Opens all callbacks.
	 * @param pending logins, of which those that complete are removed
	 * @return how these ended
	 */
	private static List<Ending> callBack(List<Pending> pending) throws InterruptedException {
		List<Ending> completed = new ArrayList<>();
		for (Pending login : List.copyOf(pending)) {
			Ending ending = login.visitor().callBack(login.callback());
			if (ending.isSignedIn()) {
				pending.remove(login);
				completed.add(ending);
			}
		}
		return completed;
	}

	private record Pending(PatientVisitor visitor, URI callback) {
	}

}
