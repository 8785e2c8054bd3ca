package io.github.oauth2state.login.reactive;

import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationCodeAuthenticationTokenConverter;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.WebFilterChainServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.session.WebSessionManager;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.RolloutDecider;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What reactive apps do in their own way, and what must work as it does without the
 * starter.
 */
class ReactiveAppsOwnWaysTests {

	private static final String FORM_POST = "spring.security.oauth2.client.provider.idp.authorization-uri="
			+ "https://idp.example/authorize?response_mode=form_post";

	private final RecordingStore store = new RecordingStore();

	private final ReactiveWebApplicationContextRunner app = ReactiveApp.runner()
		.withBean(RecordingStore.class, () -> this.store);

	@Test
	void postedParameterThatIsInTheQueryTooIsNoFailure() {
		run(this.app.withPropertyValues(FORM_POST), (browser, events) -> {
			MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
			form.add("code", "abc");
			form.add("state", browser.begin());
			form.add("lang", "en");
			assertThat(ReactiveBrowser.location(browser.post("/login/oauth2/code/idp?lang=de", form))).isEqualTo("/");
		}, "https://localhost");
	}

	@Test
	void postedCallbackIsFoundBehindAFilterThatChangesTheRequest() {
		run(this.app.withPropertyValues(FORM_POST).withUserConfiguration(ChangingFilter.class), (browser, events) -> {
			MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
			form.add("code", "abc");
			form.add("state", browser.begin());
			assertThat(ReactiveBrowser.location(browser.post("/login/oauth2/code/idp", form))).isEqualTo("/");
		}, "https://localhost");
	}

	@Test
	void loginsAndClientsMayHaveRegistrationsOfTheirOwn() {
		run(this.app.withUserConfiguration(OwnClients.class), (browser, events) -> {
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(browser.begin())))).isEqualTo("/");
			String state = ReactiveBrowser.state(browser.get("/start/api"));
			assertThat(browser.get("/authorized?code=abc&state=" + state).getStatus()).isEqualTo(HttpStatus.FOUND);
			assertThat(events).extracting(LoginEvent::outcome)
				.containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED, LoginOutcome.STARTED,
						LoginOutcome.COMPLETED);
		}, "http://localhost");
	}

	@Test
	void callbackMayBeAnsweredByAPage() {
		run(this.app.withUserConfiguration(PageAtTheCallback.class), (browser, events) -> {
			EntityExchangeResult<String> answer = browser.get(ReactiveBrowser.callback(browser.begin()));
			assertThat(answer.getStatus()).isEqualTo(HttpStatus.OK);
			assertThat(events).extracting(LoginEvent::outcome)
				.containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED);
		}, "http://localhost");
	}

	@Test
	void deciderIsNotCalledOnAnEventLoop() {
		List<Boolean> mayBlock = new CopyOnWriteArrayList<>();
		RolloutDecider decider = (request) -> {
			mayBlock.add(!Schedulers.isInNonBlockingThread());
			return true;
		};
		run(this.app.withBean(RolloutDecider.class, () -> decider), (browser, events) -> {
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(browser.begin())))).isEqualTo("/");
			assertThat(mayBlock).containsExactly(true);
		}, "http://localhost");
	}

	@Test
	void appWithoutSessionsStillShowsItsPages() {
		run(this.app.withBean("webSessionManager", WebSessionManager.class, () -> (exchange) -> Mono.empty()),
				(browser, events) -> {
					assertThat(ReactiveBrowser.location(browser.get("/page"))).isEqualTo("/oauth2/authorization/idp");
					assertThat(browser.get(ReactiveBrowser.callback(browser.begin())).getStatus())
						.isEqualTo(HttpStatus.FOUND);
				}, "http://localhost");
	}

	@Test
	void storeMayBeAMockWithoutAName() {
		ReactiveStateStore mock = (ReactiveStateStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ReactiveStateStore.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "hashCode" -> 1;
					case "equals" -> proxy == arguments[0];
					case "toString" -> "mock";
					default -> null;
				});
		ReactiveApp.runner()
			.withBean(ReactiveStateStore.class, () -> mock)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void loginsMayHaveRegistrationsOfTheirConverterOnly() {
		run(this.app.withUserConfiguration(OwnConverter.class), (browser, events) -> {
			String state = ReactiveBrowser.state(browser.get("/start/api"));
			assertThat(ReactiveBrowser.location(browser.get("/login/oauth2/code/api?code=abc&state=" + state)))
				.isEqualTo("/");
		}, "http://localhost");
	}

	private static void run(ReactiveWebApplicationContextRunner app, BiConsumer<ReactiveBrowser, List<LoginEvent>> test,
			String origin) {
		app.run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(new ReactiveBrowser(context, origin), context.getBean(ReactiveApp.Recorder.class).events);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class ChangingFilter {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.addFilterBefore(
						(exchange, chain) -> chain
							.filter(exchange.mutate().request((request) -> request.header("X-Tenant", "one")).build()),
						SecurityWebFiltersOrder.HTTP_BASIC)
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnClients {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			Registrations own = new Registrations("{baseUrl}/authorized");
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.csrf(CsrfSpec::disable)
				.oauth2Login(Customizer.withDefaults())
				.oauth2Client((client) -> client.clientRegistrationRepository(own)
					.authorizationRequestResolver(own.resolver()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnConverter {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			Registrations own = new Registrations("{baseUrl}/login/oauth2/code/api");
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login((login) -> login
					.authenticationConverter(new ServerOAuth2AuthorizationCodeAuthenticationTokenConverter(own))
					.authorizationRequestResolver(own.resolver()))
				.build();
		}

	}

	private static final class Registrations
			implements ReactiveClientRegistrationRepository, Iterable<ClientRegistration> {

		private final ClientRegistration api;

		Registrations(String redirectUri) {
			this.api = ClientRegistration.withRegistrationId("api")
				.clientId("app")
				.clientSecret("secret")
				.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
				.redirectUri(redirectUri)
				.authorizationUri("https://api.example/authorize")
				.tokenUri("https://api.example/token")
				.build();
		}

		ServerOAuth2AuthorizationRequestResolver resolver() {
			return new DefaultServerOAuth2AuthorizationRequestResolver(this,
					new PathPatternParserServerWebExchangeMatcher("/start/{registrationId}"));
		}

		@Override
		public Mono<ClientRegistration> findByRegistrationId(String id) {
			return "api".equals(id) ? Mono.just(this.api) : Mono.empty();
		}

		@Override
		public Iterator<ClientRegistration> iterator() {
			return List.of(this.api).iterator();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PageAtTheCallback {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login((login) -> login
					.authenticationSuccessHandler(new WebFilterChainServerAuthenticationSuccessHandler()))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

}
