package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.ConfiguredStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance that is stopped, as Spring Boot does it when the process is told to end,
 * while users log in.
 */
@ParameterizedClass
@EnumSource
@Timeout(180)
@Tag("full")
class StoppingTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final String HOME = "https://app.example/";

	private static final int CALLBACKS = 8;

	@Parameter
	private SharedStore store;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@BeforeEach
	void forget() {
		this.store.cluster().forget();
	}

	@AfterEach
	void end() {
		Gate.open();
		this.threads.shutdownNow();
	}

	@Test
	void whatGoesToTheStoreAfterTheStopHasBegunIsAnswered() throws Exception {
		Instance stopping = start(List.of(), Gates.class);
		List<Pending> pending = begin(stopping);
		Gate.close(CALLBACKS + 1);
		List<Future<Browser.Page>> callbacks = callBack(pending, stopping);
		Browser late = Browser.overHttps();
		Future<Browser.Page> begun = this.threads.submit(() -> late.open(stopping, BEGIN));
		Gate.awaitCallers();
		Future<?> stop = this.threads.submit(stopping::close);
		awaitRefusal(stopping.port());
		assertThat(stop.isDone()).isFalse();
		Gate.open();
		assertCompleted(callbacks);
		Browser.Page page = begun.get();
		assertThat(page.location()).contains("/oauth2/authorize?");
		stop.get();
		Instance other = this.store.cluster().b;
		String callback = late.send(other, page.location(), null).location();
		late.open(other, callback);
		assertThat(late.signedInAs(other)).isEqualTo("alice");
	}

	@Test
	void callbacksThatHangAtASlowProviderComplete() throws Exception {
		URI provider = URI.create(this.store.cluster().idp.issuer());
		try (TcpProxy proxy = new TcpProxy(provider.getHost(), provider.getPort())) {
			Instance stopping = start(List.of("spring.security.oauth2.client.provider.idp.issuer-uri=http://"
					+ proxy.host() + ":" + proxy.port()));
			List<Pending> pending = begin(stopping);
			proxy.set(TcpProxy.Mode.HOLD_REQUESTS);
			List<Future<Browser.Page>> callbacks = callBack(pending, stopping);
			await(() -> this.store.cluster().records.size() == 0);
			Future<?> stop = this.threads.submit(stopping::close);
			awaitRefusal(stopping.port());
			assertThat(stop.isDone()).isFalse();
			assertThat(callbacks).noneMatch(Future::isDone);
			proxy.set(TcpProxy.Mode.FORWARD);
			assertCompleted(callbacks);
			stop.get();
		}
	}

	@Test
	void loginsBegunOnAStoppedInstanceCompleteOnAnother() {
		List<Pending> pending;
		try (Instance stopping = start(List.of())) {
			pending = begin(stopping);
		}
		Instance other = this.store.cluster().b;
		for (Pending login : pending) {
			login.browser().open(other, login.callback());
			assertThat(login.browser().signedInAs(other)).isEqualTo("alice");
		}
		assertThat(other.takeOutcomes()).hasSize(CALLBACKS).containsOnly(LoginOutcome.COMPLETED);
	}

	@Test
	void readinessGoesDownWhileConnectionsAreStillAccepted() {
		Instance stopping = start(List.of(), ReadinessRecorder.class);
		List<String> observed = stopping.context().getBean(ReadinessRecorder.Listener.class).observed;
		stopping.close();
		assertThat(observed).containsExactly("ACCEPTING_TRAFFIC, connections accepted",
				"REFUSING_TRAFFIC, connections accepted");
	}

	@Test
	void readinessIsToldOnAPortOfItsOwnWhileTheLastRequestsAreAnswered() throws Exception {
		Instance stopping = start(List.of("management.server.port=0", "management.health.redis.enabled=false",
				"management.health.db.enabled=false"), Gates.class, ActuatorTests.Operations.class);
		int managementPort = Integer
			.parseInt(stopping.context().getEnvironment().getRequiredProperty("local.management.port"));
		Reachable management = () -> managementPort;
		assertThat(readiness(management)).isEqualTo(200);
		List<Pending> pending = begin(stopping);
		Gate.close(CALLBACKS);
		List<Future<Browser.Page>> callbacks = callBack(pending, stopping);
		Gate.awaitCallers();
		Future<?> stop = this.threads.submit(stopping::close);
		awaitRefusal(stopping.port());
		assertThat(readiness(management)).isEqualTo(503);
		Gate.open();
		assertCompleted(callbacks);
		stop.get();
	}

	private static int readiness(Reachable management) {
		return Browser.overHttps()
			.header("Accept", "application/json")
			.open(management, "/actuator/health/readiness")
			.status();
	}

	@Test
	void nothingIsLeftRunning() {
		List<String> before = threadNames();
		try (Instance stopping = start(
				List.of("oauth2-state.rollout.at-runtime=true", "oauth2-state.jdbc.cleanup.enabled=true"))) {
			assertThat(threadNames()).hasSizeGreaterThan(before.size());
			List<Pending> pending = begin(stopping);
			pending.get(0).browser().open(stopping, pending.get(0).callback());
		}
		await(() -> threadNames().equals(before));
	}

	@Test
	void storeThatStallsDoesNotKeepTheInstance() {
		List<String> before = threadNames();
		try (TcpProxy proxy = proxyToStore()) {
			List<String> properties = new ArrayList<>(viaProxy(proxy));
			properties.addAll(List.of("oauth2-state.rollout.at-runtime=true", "oauth2-state.jdbc.cleanup.enabled=true",
					"oauth2-state.jdbc.cleanup.interval=1s", "oauth2-state.timeout=1s",
					"spring.datasource.hikari.connection-timeout=1000"));
			Instance stopping = start(properties);
			begin(stopping);
			proxy.set(TcpProxy.Mode.HOLD_REQUESTS);
			assertThat(Browser.overHttps().open(stopping, BEGIN).status()).isEqualTo(302);
			long begun = System.nanoTime();
			stopping.close();
			System.out.printf("Stop while the store stalls, %s: %d ms%n", this.store,
					TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
			assertThat(threads()).allMatch(Thread::isDaemon);
		}
		await(() -> threadNames().equals(before));
	}

	private TcpProxy proxyToStore() {
		return (this.store == SharedStore.REDIS)
				? new TcpProxy(TestRedis.instance().host(), TestRedis.instance().port())
				: new TcpProxy(TestPostgres.instance().host(), TestPostgres.instance().port());
	}

	private List<String> viaProxy(TcpProxy proxy) {
		if (this.store == SharedStore.REDIS) {
			return List.of("spring.data.redis.url=redis://" + proxy.host() + ":" + proxy.port());
		}
		String database = ((PostgresRecords) this.store.cluster().records).database();
		return List.of("spring.datasource.url=" + TestPostgres.instance().url(database, proxy.host(), proxy.port()));
	}

	/**
	 * Returns the threads that are the library's own, whichever instance of this JVM they
	 * belong to.
	 */
	private static List<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("oauth2-state"))
			.toList();
	}

	private static List<String> threadNames() {
		return threads().stream().map((thread) -> thread.getName().split(":", 2)[0]).sorted().toList();
	}

	private Instance start(List<String> properties, Class<?>... configurations) {
		return this.store.cluster().start(properties, configurations);
	}

	private static List<Pending> begin(Instance instance) {
		List<Pending> pending = new ArrayList<>();
		for (int i = 0; i < CALLBACKS; i++) {
			Browser browser = Browser.overHttps();
			pending.add(new Pending(browser, browser.begin(instance, BEGIN)));
		}
		return pending;
	}

	private List<Future<Browser.Page>> callBack(List<Pending> pending, Instance instance) {
		return pending.stream()
			.map((login) -> this.threads.submit(() -> login.browser().open(instance, login.callback())))
			.toList();
	}

	private void assertCompleted(List<Future<Browser.Page>> callbacks) throws Exception {
		for (Future<Browser.Page> callback : callbacks) {
			Browser.Page page = callback.get();
			assertThat(page.location()).as("%s", page).isEqualTo(HOME);
			assertThat(page.setsCookie("JSESSIONID")).isTrue();
		}
		assertThat(this.store.cluster().idp.takeTokenCalls()).isEqualTo(CALLBACKS);
	}

	private static void awaitRefusal(int port) {
		await(() -> !accepts(port));
	}

	private static boolean accepts(int port) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			return socket.isConnected();
		}
		catch (ConnectException ex) {
			return false;
		}
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
	}

	private record Pending(Browser browser, String callback) {
	}

	/**
	 * Holds up calls of the store just before they are made.
	 */
	private record Gate(CountDownLatch callers, CountDownLatch opened) {

		private static volatile Gate current = new Gate(new CountDownLatch(0), new CountDownLatch(0));

		static void close(int callers) {
			current = new Gate(new CountDownLatch(callers), new CountDownLatch(1));
		}

		static void awaitCallers() throws InterruptedException {
			assertThat(current.callers().await(60, TimeUnit.SECONDS)).isTrue();
		}

		static void open() {
			current.opened().countDown();
		}

		static void pass() {
			Gate gate = current;
			gate.callers().countDown();
			try {
				gate.opened().await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Gates {

		@Bean
		ConfiguredStore.Decorator gates() {
			return GatedStore::new;
		}

	}

	private record GatedStore(StateStore store) implements StateStore {

		@Override
		public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
			Gate.pass();
			return this.store.putIfAbsent(key, value, ttl);
		}

		@Override
		public Optional<byte[]> find(StateKey key) {
			return this.store.find(key);
		}

		@Override
		public Optional<byte[]> take(StateKey key) {
			Gate.pass();
			return this.store.take(key);
		}

		@Override
		public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
			return this.store.replace(key, expected, value, ttl);
		}

		@Override
		public boolean remove(StateKey key, byte[] expected) {
			return this.store.remove(key, expected);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReadinessRecorder {

		@Bean
		Listener readinessListener() {
			return new Listener();
		}

		static final class Listener implements ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

			private final List<String> observed = new ArrayList<>();

			@Override
			public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
				ApplicationContext context = (ApplicationContext) event.getSource();
				int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
				try {
					this.observed.add(event.getState() + ", connections " + (accepts(port) ? "accepted" : "refused"));
				}
				catch (IOException ex) {
					this.observed.add(event.getState() + ", " + ex);
				}
			}

		}

	}

}
