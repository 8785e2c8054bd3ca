package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
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

	/**
	 * Reactor Netty 1.3.6 may never read a request that arrives on a connection just as
	 * the one before it ends (reactor/reactor-netty#4361).
	 */
	static final String NEW_CONNECTIONS = "server.netty.max-keep-alive-requests=1";

	private final Stack stack;

	private final ConfigurableApplicationContext context;

	private Instance(Stack stack, ConfigurableApplicationContext context) {
		this.stack = stack;
		this.context = context;
	}

	static Instance start(IdentityProvider idp, @Nullable StateStore store, List<String> properties,
			Class<?>... configurations) {
		return start(Stack.SERVLET, idp, store, properties, configurations);
	}

	static Instance start(Stack stack, IdentityProvider idp, @Nullable StateStore store, List<String> properties,
			Class<?>... configurations) {
		List<Class<?>> sources = new ArrayList<>(List.of(configurations));
		sources.add(Configuration.class);
		return new Instance(stack, new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).web(stack.type())
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
				"server.tomcat.threads.min-spare=4", NEW_CONNECTIONS, "logging.level.root=warn",
				"spring.flyway.enabled=false", "spring.liquibase.enabled=false", "spring.autoconfigure.exclude="));
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
		return this.context.getBean(CreatedSessions.class).take();
	}

	/**
	 * Takes from Alice the clients that she authorized here.
	 */
	void forgetClients() {
		forgetClient("alice");
	}

	void forgetClient(String user) {
		if (this.stack == Stack.REACTIVE) {
			reactiveClients().removeAuthorizedClient("api", user).block();
		}
		else {
			clients().removeAuthorizedClient("api", user);
		}
	}

	/**
	 * Waits until Alice has the client that she has authorized: Spring Security's
	 * reactive filter keeps it after the answer.
	 */
	void awaitClient() {
		Awaitility.await().until(() -> hasClient("alice"));
	}

	boolean hasClient(String user) {
		OAuth2AuthorizedClient client = (this.stack == Stack.REACTIVE)
				? reactiveClients().<OAuth2AuthorizedClient>loadAuthorizedClient("api", user).block()
				: clients().loadAuthorizedClient("api", user);
		return client != null;
	}

	private OAuth2AuthorizedClientService clients() {
		return this.context.getBean(OAuth2AuthorizedClientService.class);
	}

	private ReactiveOAuth2AuthorizedClientService reactiveClients() {
		return this.context.getBean(ReactiveOAuth2AuthorizedClientService.class);
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
		static CreatedSessions createdSessions() {
			return new CreatedSessions();
		}

		/**
		 * Threads of its own, as those that all have in common end with the first
		 * instance.
		 */
		@Bean
		@InReactiveApp
		ReactorResourceFactory reactorResources() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

	}

	static final class Recorder implements LoginListener {

		private final List<LoginEvent> events = new CopyOnWriteArrayList<>();

		@Override
		public void onLoginEvent(LoginEvent event) {
			this.events.add(event);
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
		String client(@RegisteredOAuth2AuthorizedClient("api") OAuth2AuthorizedClient client,
				@Nullable Authentication authentication) {
			return "client of " + ((authentication != null) ? authentication.getName() : "anonymousUser");
		}

		@GetMapping("/authorized/api")
		String authorized(@RequestParam(required = false) String error) {
			return "authorized, error " + error;
		}

	}

}
