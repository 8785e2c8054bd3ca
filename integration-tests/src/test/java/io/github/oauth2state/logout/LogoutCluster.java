package io.github.oauth2state.logout;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.oauth2state.scenario.Browser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances of the app, started once for all tests of a set-up.
 */
final class LogoutCluster {

	/** How many clusters run at once at most, as each has two processes. */
	private static final int RUNNING = 5;

	/** The one that was used least recently comes first. */
	private static final Map<SetUp, LogoutCluster> STARTED = new LinkedHashMap<>(16, 0.75F, true);

	private static final AtomicInteger names = new AtomicInteger();

	final SetUp setUp;

	final LogoutProvider provider = LogoutProvider.shared();

	final LogoutInstance a;

	final LogoutInstance b;

	private LogoutCluster(SetUp setUp) {
		this.setUp = setUp;
		List<LogoutInstance> instances = LogoutInstance.start(2, setUp.properties());
		this.a = instances.get(0);
		this.b = instances.get(1);
	}

	/**
	 * Returns the cluster of a set-up, which is started if it does not run.
	 */
	static synchronized LogoutCluster of(SetUp setUp) {
		LogoutCluster started = STARTED.get(setUp);
		if (started != null) {
			return started;
		}
		if (STARTED.size() == RUNNING) {
			STARTED.remove(STARTED.keySet().iterator().next()).stop();
		}
		LogoutCluster cluster = new LogoutCluster(setUp);
		STARTED.put(setUp, cluster);
		return cluster;
	}

	private void stop() {
		this.a.close();
		this.b.close();
	}

	/**
	 * Returns the name of a user, or of a session, that nobody else has.
	 */
	static String name(String prefix) {
		return prefix + "-" + names.incrementAndGet();
	}

	LogoutInstance instance(int number) {
		return (number % 2 == 0) ? this.a : this.b;
	}

	/**
	 * Returns the instance that is not this one.
	 */
	LogoutInstance other(LogoutInstance instance) {
		return (instance == this.a) ? this.b : this.a;
	}

	/**
	 * Sends a logout token that is accepted. Where each instance has sessions of its own,
	 * waits until they all are to know.
	 */
	void logOut(LogoutInstance instance, LogoutToken token) {
		HttpResponse<String> answer = instance.send(token.signed());
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		awaitInterval();
	}

	/**
	 * Waits for as long as instances may take to learn of a logout.
	 */
	void awaitInterval() {
		if (!this.setUp.sharesSessions()) {
			pause(Duration.ofMillis(SetUp.INTERVAL_MILLIS + 1));
		}
	}

	/**
	 * Waits until the provider's clock has moved on by a second, so that what comes is
	 * later than what was.
	 */
	static void awaitNextSecond() {
		pause(Duration.ofMillis(1001 - System.currentTimeMillis() % 1000));
	}

	private static void pause(Duration duration) {
		try {
			Thread.sleep(duration.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Asserts who is logged in, at all instances that can have the session.
	 */
	void assertUser(Browser browser, LogoutInstance at, String user) {
		assertThat(at.user(browser)).isEqualTo(user);
		if (this.setUp.sharesSessions()) {
			assertThat(other(at).user(browser)).isEqualTo(user);
		}
	}

}
