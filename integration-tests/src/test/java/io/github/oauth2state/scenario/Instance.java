package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.StateStore;

/**
 * One instance of an app with the library, on a port of its own, behind a proxy that
 * speaks for {@code app.example}.
 */
final class Instance implements Reachable, AutoCloseable {

	/**
	 * What else is on the test's class path and would configure itself.
	 */
	static final String NOT_OF_THE_APP = String.join(",",
			"org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
			"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");

	private final ConfigurableApplicationContext context;

	private Instance(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static Instance start(IdentityProvider idp, @Nullable StateStore store, List<String> properties,
			Class<?>... configurations) {
		List<Class<?>> sources = new ArrayList<>(List.of(configurations));
		sources.add(Configuration.class);
		return new Instance(
				new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).web(WebApplicationType.SERVLET)
					.initializers((context) -> {
						if (store != null) {
							context.getBeanFactory().registerSingleton("stateStore", store);
						}
					})
					.run(arguments(idp, store, properties)));
	}

	/**
	 * Returns the arguments that an app is started with.
	 */
	static String[] arguments(IdentityProvider idp, @Nullable StateStore store, List<String> properties) {
		List<String> arguments = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
				"spring.application.name=scenario", "server.forward-headers-strategy=framework",
				"server.tomcat.threads.min-spare=4", "logging.level.root=warn", "spring.flyway.enabled=false",
				"spring.liquibase.enabled=false", "spring.autoconfigure.exclude="));
		for (String registration : List.of("idp", "other", "api")) {
			arguments.addAll(registration(registration, idp.issuer()));
		}
		if (store != null) {
			arguments.add("spring.autoconfigure.exclude=" + NOT_OF_THE_APP);
		}
		arguments.addAll(properties);
		return lastOfEach(arguments);
	}

	/**
	 * Returns arguments, of each property the one that comes last.
	 */
	static String[] lastOfEach(List<String> properties) {
		Map<String, String> byName = new LinkedHashMap<>();
		properties.forEach((property) -> byName.put(property.split("=", 2)[0], "--" + property));
		return byName.values().toArray(String[]::new);
	}

	private static List<String> registration(String id, String issuer) {
		String registration = "spring.security.oauth2.client.registration." + id;
		boolean login = !id.equals("api");
		return List.of(registration + ".client-id=app", registration + ".client-secret=secret",
				registration + ".provider=" + id, registration + ".authorization-grant-type=authorization_code",
				registration + ".scope=" + (login ? "openid" : "read"),
				registration + ".redirect-uri={baseUrl}/" + (login ? "login/oauth2/code/" : "authorized/") + id,
				"spring.security.oauth2.client.provider." + id + ".issuer-uri=" + issuer);
	}

	@Override
	public int port() {
		return Integer.parseInt(this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	/**
	 * Returns the outcomes since the last call, without those that only say that a login
	 * began.
	 */
	List<LoginOutcome> takeOutcomes() {
		return takeEvents().stream()
			.map(LoginEvent::outcome)
			.filter((outcome) -> outcome != LoginOutcome.STARTED)
			.toList();
	}

	/**
	 * Returns the events since the last call.
	 */
	List<LoginEvent> takeEvents() {
		List<LoginEvent> events = this.context.getBean(Recorder.class).events;
		List<LoginEvent> taken = List.copyOf(events);
		events.clear();
		return taken;
	}

	/**
	 * Returns how many sessions were created since the last call.
	 */
	int takeSessionsCreated() {
		return takeSessionCreators().size();
	}

	/**
	 * Returns the names of the classes that had sessions created since the last call.
	 */
	List<String> takeSessionCreators() {
		List<String> creators = this.context.getBean(Sessions.class).creators;
		List<String> taken = List.copyOf(creators);
		creators.clear();
		return taken;
	}

	/**
	 * Takes from Alice the clients that she authorized here.
	 */
	void forgetClients() {
		this.context.getBean(OAuth2AuthorizedClientService.class).removeAuthorizedClient("api", "alice");
	}

	@Override
	public void close() {
		this.context.close();
	}

	@EnableAutoConfiguration
	static class Configuration {

		@Bean
		Pages pages() {
			return new Pages();
		}

		@Bean
		Recorder recorder() {
			return new Recorder();
		}

		@Bean
		Sessions sessions() {
			return new Sessions();
		}

	}

	static final class Recorder implements LoginListener {

		private final List<LoginEvent> events = new CopyOnWriteArrayList<>();

		@Override
		public void onLoginEvent(LoginEvent event) {
			this.events.add(event);
		}

	}

	static final class Sessions implements HttpSessionListener {

		private final List<String> creators = new CopyOnWriteArrayList<>();

		@Override
		public void sessionCreated(HttpSessionEvent event) {
			this.creators.add(StackWalker.getInstance()
				.walk((frames) -> frames.dropWhile((frame) -> !frame.getMethodName().equals("getSession"))
					.dropWhile((frame) -> frame.getMethodName().equals("getSession"))
					.findFirst())
				.map(StackWalker.StackFrame::getClassName)
				.orElse("unknown"));
		}

	}

	@RestController
	static final class Pages {

		@GetMapping({ "/", "/page", "/home", "/custom" })
		String page(Authentication authentication) {
			return "page of " + authentication.getName();
		}

		@GetMapping("/me")
		String me(Authentication authentication) {
			return authentication.getName();
		}

		@GetMapping({ "/client", "/open/client" })
		String client(@RegisteredOAuth2AuthorizedClient("api") OAuth2AuthorizedClient client) {
			return "client of " + client.getPrincipalName();
		}

		@GetMapping("/authorized/api")
		String authorized(@RequestParam(required = false) String error) {
			return "authorized, error " + error;
		}

	}

}
