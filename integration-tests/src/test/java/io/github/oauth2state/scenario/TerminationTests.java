package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three processes behind a balancer without sticky sessions, which are told to end while
 * users log in.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Timeout(300)
@Tag("full")
class TerminationTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final int SIGTERM = 128 + 15;

	private static final int USERS = 6;

	private static final int BETWEEN = Scale.of(15);

	@Parameter
	private Deployment deployment;

	private final AtomicInteger completed = new AtomicInteger();

	private final List<String> lost = new CopyOnWriteArrayList<>();

	@Test
	void noLoginIsLostWhileInstancesEndOneAfterTheOther() throws Exception {
		List<String> properties = new ArrayList<>(this.deployment.cluster().records.properties());
		boolean inPostgres = this.deployment == Deployment.SERVLET_ON_POSTGRESQL;
		if (this.deployment == Deployment.REACTIVE_ON_POSTGRESQL) {
			properties.addAll(SharedSessions.inRedis());
			// Both kinds of connection
			properties.add("spring.autoconfigure.exclude=");
		}
		Class<?> sessions = inPostgres ? SharedSessions.InPostgres.class : SharedSessions.InRedis.class;
		List<AppProcess> instances = new ArrayList<>();
		ExecutorService users = Executors.newCachedThreadPool();
		AtomicBoolean going = new AtomicBoolean(true);
		try {
			instances.addAll(
					AppProcess.start(this.deployment.stack, 3, this.deployment.cluster().idp, properties, sessions));
			try (RetryingBalancer balancer = new RetryingBalancer(instances)) {
				List<Future<?>> done = new ArrayList<>();
				for (int i = 0; i < USERS; i++) {
					done.add(users.submit(() -> logInWhile(going, balancer)));
				}
				awaitLogins();
				List<Pending> pending = begin(instances.get(0));
				assertThat(instances.get(0).terminate()).isEqualTo(SIGTERM);
				awaitLogins();
				pending.addAll(begin(instances.get(1)));
				assertThat(instances.get(1).terminate()).isEqualTo(SIGTERM);
				awaitLogins();
				pending.forEach((login) -> complete(login, balancer));
				going.set(false);
				for (Future<?> future : done) {
					future.get();
				}
				System.out.println("Termination, " + this.deployment + ": " + this.completed + " logins, "
						+ this.lost.size() + " lost, tried again " + balancer.retries());
				assertThat(balancer.retries()).containsKey("connection refused");
			}
		}
		finally {
			going.set(false);
			users.shutdownNow();
			instances.forEach(AppProcess::close);
		}
		assertThat(this.lost).isEmpty();
	}

	private void awaitLogins() {
		int target = this.completed.get() + this.lost.size() + BETWEEN;
		Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> this.completed.get() + this.lost.size() >= target);
	}

	private static List<Pending> begin(AppProcess instance) {
		List<Pending> pending = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			Browser browser = Browser.overHttps();
			pending.add(new Pending(browser, browser.begin(instance, BEGIN)));
		}
		return pending;
	}

	private void logInWhile(AtomicBoolean going, RetryingBalancer balancer) {
		while (going.get()) {
			Browser browser = Browser.overHttps();
			try {
				complete(new Pending(browser, browser.begin(balancer, BEGIN)), balancer);
			}
			catch (RuntimeException ex) {
				this.lost.add("begin: " + ex);
			}
		}
	}

	private void complete(Pending login, RetryingBalancer balancer) {
		try {
			Browser.Page page = login.browser().open(balancer, login.callback());
			if (login.browser().isSignedIn(balancer)) {
				this.completed.incrementAndGet();
			}
			else {
				this.lost.add("callback: " + page.status() + " " + page.location());
			}
		}
		catch (RuntimeException ex) {
			this.lost.add("callback: " + ex);
		}
	}

	private record Pending(Browser browser, String callback) {
	}

}
