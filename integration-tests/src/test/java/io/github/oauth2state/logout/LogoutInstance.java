package io.github.oauth2state.logout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.oauth2state.scenario.Browser;
import io.github.oauth2state.scenario.JavaProcess;
import io.github.oauth2state.scenario.Reachable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance of the app in a process of its own.
 */
final class LogoutInstance implements Reachable, AutoCloseable {

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final JavaProcess process;

	private final ConfigurableApplicationContext context;

	private final int port;

	private LogoutInstance(JavaProcess process) {
		this.process = process;
		this.context = null;
		this.port = Integer.parseInt(process.awaitLine(LogoutApp.PORT));
	}

	private LogoutInstance(ConfigurableApplicationContext context) {
		this.process = null;
		this.context = context;
		this.port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	/**
	 * Starts instances, which all serve when this returns.
	 */
	static List<LogoutInstance> start(int count, List<String> properties) {
		List<String> arguments = arguments(properties);
		List<JavaProcess> processes = Stream.generate(() -> JavaProcess.start(mainClass(arguments), "256m", arguments))
			.limit(count)
			.toList();
		return processes.stream().map(LogoutInstance::new).toList();
	}

	private static Class<?> mainClass(List<String> arguments) {
		return arguments.contains("--" + SetUp.REACTIVE) ? ReactiveLogoutApp.class : LogoutApp.class;
	}

	static LogoutInstance start(List<String> properties) {
		return start(1, properties).get(0);
	}

	/**
	 * Starts an instance of another app, in this process.
	 */
	static LogoutInstance of(Class<?> app, List<String> properties) {
		return of(app, WebApplicationType.SERVLET, properties);
	}

	static LogoutInstance of(Class<?> app, WebApplicationType type, List<String> properties) {
		return new LogoutInstance(
				new SpringApplicationBuilder(app).web(type).run(arguments(properties).toArray(String[]::new)));
	}

	/**
	 * Returns the arguments of an app with three client registrations: {@code idp} and
	 * {@code twin} are the same client, and {@code second} is another one.
	 */
	static List<String> arguments(List<String> properties) {
		List<String> all = new ArrayList<>(
				List.of("server.port=0", "spring.main.banner-mode=off", "server.forward-headers-strategy=framework",
						"logging.level.root=info", "spring.flyway.enabled=false", "spring.liquibase.enabled=false",
						"spring.datasource.hikari.maximum-pool-size=20", "spring.datasource.hikari.minimum-idle=2"));
		Map.of("idp", "app", "twin", "app", "second", "second").forEach((registration, client) -> {
			String prefix = "spring.security.oauth2.client.registration." + registration;
			all.addAll(List.of(prefix + ".provider=provider", prefix + ".client-id=" + client,
					prefix + ".client-secret=secret", prefix + ".scope=openid"));
		});
		all.add("spring.security.oauth2.client.provider.provider.issuer-uri=" + LogoutProvider.shared().issuer());
		all.addAll(properties);
		Map<String, String> byName = new LinkedHashMap<>();
		all.forEach((property) -> byName.put(property.split("=", 2)[0], "--" + property));
		return List.copyOf(byName.values());
	}

	@Override
	public int port() {
		return this.port;
	}

	/**
	 * Logs a browser in.
	 */
	Browser logIn(String user) {
		return logIn(user, "idp");
	}

	Browser logIn(String user, String registration) {
		Browser browser = Browser.overHttp().as(user);
		logIn(browser, registration);
		return browser;
	}

	void logIn(Browser browser, String registration) {
		browser.open(this, browser.begin(this, "/oauth2/authorization/" + registration));
		assertThat(user(browser)).as("the user who has just logged in").isNotEmpty();
	}

	/**
	 * Returns who is logged in, or nothing if nobody is.
	 */
	String user(Browser browser) {
		Browser.Page me = browser.open(this, "/api/me");
		assertThat(me.status()).as(me.toString()).isIn(200, 401);
		return (me.status() == 200) ? me.body() : "";
	}

	/**
	 * Sends a logout token, as the provider does.
	 * @return the answer
	 */
	HttpResponse<String> send(String token) {
		return send(token, "idp");
	}

	HttpResponse<String> send(String token, String registration) {
		return exchange(HttpRequest.newBuilder(uri("/logout/connect/back-channel/" + registration))
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers
				.ofString("logout_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8))));
	}

	void shut(String gate) {
		control("shut?gate=" + gate);
	}

	void open(String gate) {
		control("open?gate=" + gate);
	}

	void awaitWaiting(String gate, int requests) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(20))
			.until(() -> control("waiting?gate=" + gate).equals(Integer.toString(requests)));
	}

	/**
	 * Returns for whom the app's own handler of logouts has run.
	 */
	List<String> handled() {
		return List.of(control("handled").split(","));
	}

	private String control(String command) {
		HttpResponse<String> answer = exchange(HttpRequest.newBuilder(uri("/open/" + command)));
		assertThat(answer.statusCode()).isEqualTo(200);
		return answer.body();
	}

	private URI uri(String path) {
		return URI.create("http://localhost:" + this.port + path);
	}

	private static HttpResponse<String> exchange(HttpRequest.Builder request) {
		try {
			return HTTP.send(request.timeout(Duration.ofMinutes(2)).build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns the context of an instance in this process.
	 */
	ConfigurableApplicationContext context() {
		return this.context;
	}

	/**
	 * Returns what the instance has logged.
	 */
	String output() {
		return this.process.output();
	}

	void kill() {
		this.process.kill();
	}

	@Override
	public void close() {
		if (this.process != null) {
			this.process.close();
		}
		else {
			this.context.close();
		}
	}

}
