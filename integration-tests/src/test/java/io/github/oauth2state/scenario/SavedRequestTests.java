package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationEntryPoint;
import org.springframework.security.web.server.savedrequest.WebSessionServerRequestCache;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether users get to the page that they asked for, when another instance finishes the
 * login than the one that saved the page, and sessions are in the memory of each.
 */
class SavedRequestTests {

	private static final String PAGE = "/page?from=mail&x=%20%3D";

	private final List<Instance> instances = new ArrayList<>();

	private final Browser browser = Browser.overHttps();

	/**
	 * Returns the stack of the app.
	 */
	Stack stack() {
		return Stack.SERVLET;
	}

	@BeforeEach
	void forget() {
		Cluster.shared(stack()).forget();
	}

	@AfterEach
	void stop() {
		this.instances.forEach(Instance::close);
	}

	@ParameterizedTest
	@EnumSource(names = { "STORE", "COOKIE" })
	void pageIsFoundByTheInstanceThatFinishesTheLogin(KeptIn keptIn) {
		Instance saves = start(keptIn, OneProvider.class);
		Instance begins = start(keptIn, OneProvider.class);
		Instance finishes = start(keptIn, OneProvider.class);
		Cluster.shared(stack()).store.takeOperations();
		String callback = this.browser.begin(begins, this.browser.open(saves, PAGE).location());
		assertThat(saves.takeSessionsCreated() + begins.takeSessionsCreated()).isZero();
		String target = this.browser.open(finishes, callback).location();
		assertThat(target).isEqualTo("https://app.example" + stack().savedPage(PAGE));
		assertThat(Cluster.shared(stack()).store.takeOperations())
			.isEqualTo((keptIn == KeptIn.STORE) ? List.of("put", "take") : List.of());
		assertThat(this.browser.open(finishes, target).body()).isEqualTo("page of alice");
		assertThat(this.browser.cookies().keySet()).noneMatch((name) -> name.contains("saved"));
	}

	@Test
	void eachTabGetsToItsOwnPage() {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		String one = this.browser.begin(instance, this.browser.open(instance, "/page?1").location());
		String two = this.browser.begin(instance, this.browser.open(instance, "/page?2").location());
		assertThat(this.browser.open(instance, one).location()).contains("/page?1");
		this.browser.cookies().remove(stack().sessionCookie());
		assertThat(this.browser.open(instance, two).location()).contains("/page?2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "",
			"/page\r\nSet-Cookie: a=b" })
	@Tag("full")
	void plantedCookieLeadsNowhereElse(String page) {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		this.browser.open(instance, PAGE);
		String name = this.browser.cookies()
			.keySet()
			.stream()
			.filter((cookie) -> cookie.contains("saved"))
			.findFirst()
			.orElseThrow();
		this.browser.cookies()
			.put(name, Base64.getUrlEncoder().withoutPadding().encodeToString(page.getBytes(StandardCharsets.UTF_8)));
		String callback = this.browser.begin(instance, "/oauth2/authorization/idp");
		assertThat(this.browser.open(instance, callback).location()).isEqualTo("https://app.example/");
	}

	@Test
	@Tag("full")
	void plantedCookieDoesNotLeadToAnotherAppOfTheHost() {
		Instance instance = KeptIn.STORE.start(stack(),
				List.of("server.servlet.context-path=/shop", "spring.webflux.base-path=/shop"), OneProvider.class);
		this.instances.add(instance);
		this.browser.open(instance, "/shop/page");
		this.browser.cookies()
			.replaceAll((name,
					value) -> name.contains("saved") ? Base64.getUrlEncoder()
						.withoutPadding()
						.encodeToString("/bank/pay?amount=5".getBytes(StandardCharsets.UTF_8)) : value);
		String callback = this.browser.begin(instance, "/shop/oauth2/authorization/idp");
		assertThat(this.browser.open(instance, callback).location()).isEqualTo("https://app.example/shop/");
	}

	@Test
	@Tag("full")
	void pageWithALongUrlStaysInTheSession() {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		this.browser.open(instance, PAGE);
		String page = "/page?q=" + "x".repeat(1100);
		String callback = this.browser.begin(instance, this.browser.open(instance, page).location());
		assertThat(this.browser.open(instance, callback).location()).contains(page);
	}

	@Test
	@Tag("full")
	void requestOfAScriptDoesNotReplaceThePage() {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		String begin = this.browser.open(instance, PAGE).location();
		this.browser.accept(this.browser.copy()
			.header("Sec-Fetch-Mode", "cors")
			.header("Sec-Fetch-Dest", "empty")
			.send(instance, "/page?script", null));
		this.browser.cookies().remove(stack().sessionCookie());
		assertThat(this.browser.open(instance, this.browser.begin(instance, begin)).location()).contains(PAGE);
	}

	/**
	 * What the callback brought must not get into a session with it.
	 */
	@Test
	@Tag("full")
	void codeOfTheAppFindsThePageInTheSession() {
		Instance saves = start(KeptIn.STORE, OneProvider.class, OwnHandler.class);
		Instance finishes = start(KeptIn.STORE, OneProvider.class, OwnHandler.class);
		String callback = this.browser.begin(saves, this.browser.open(saves, PAGE).location());
		Browser.Page page = this.browser.open(finishes, callback);
		assertThat(page.body()).isEqualTo(
				(stack() == Stack.SERVLET) ? "GET /page from=mail&x=%20%3D [from, x] [text/html]" : "GET " + PAGE);
	}

	@ParameterizedTest
	@ValueSource(
			classes = { OwnLoginPage.class, OwnCache.class, OwnFilter.class, OwnEntryPoint.class, FormLogin.class })
	@Tag("full")
	void appThatMayLookForThePageBeforeTheLoginFindsItInTheSession(Class<?> chain) {
		Instance instance = start(KeptIn.STORE, OneProvider.class, chain);
		this.browser.open(instance, PAGE);
		assertThat(instance.takeSessionsCreated()).isOne();
		assertThat(this.browser.send(instance, "/login-page", null).body()).contains("/page");
	}

	@ParameterizedTest
	@ValueSource(strings = { "oauth2-state.login.carry-saved-request=false", "oauth2-state.login.sessions=shared",
			"oauth2-state.rollout.percentage=0", "oauth2-state.enabled=false" })
	@Tag("full")
	void sessionHasThePageAsWithoutTheLibrary(String property) {
		Instance instance = KeptIn.STORE.start(stack(), List.of(property), OneProvider.class);
		this.instances.add(instance);
		String begin = this.browser.open(instance, PAGE).location();
		assertThat(instance.takeSessionsCreated()).isOne();
		assertThat(this.browser.cookies().keySet()).noneMatch((name) -> name.contains("saved"));
		assertThat(this.browser.open(instance, this.browser.begin(instance, begin)).location()).contains(PAGE);
	}

	@Test
	@Tag("full")
	void loginThatBeginsInTheSessionHasThePageToo() {
		Instance instance = KeptIn.STORE.start(stack(), List.of("oauth2-state.on-store-failure=session"),
				OneProvider.class);
		this.instances.add(instance);
		String begin = this.browser.open(instance, PAGE).location();
		Cluster.shared(stack()).store.setFailing(true);
		String callback = this.browser.begin(instance, begin);
		Cluster.shared(stack()).store.setFailing(false);
		assertThat(this.browser.open(instance, callback).location()).contains(PAGE);
	}

	/**
	 * The user lands on the start page then, as without the library. A reactive app keeps
	 * pages that were asked for with GET, and nothing else.
	 */
	@Test
	@Tag("full")
	void olderPageDoesNotComeBeforeAPostThatAnotherInstanceSaved() {
		Instance saves = start(KeptIn.STORE, OneProvider.class, WithoutCsrf.class);
		Instance finishes = start(KeptIn.STORE, OneProvider.class, WithoutCsrf.class);
		this.browser.open(saves, PAGE);
		String callback = this.browser.begin(saves, this.browser.post(saves, "/custom", "amount=5").location());
		assertThat(this.browser.open(finishes, callback).location())
			.isEqualTo("https://app.example" + ((stack() == Stack.SERVLET) ? "/" : PAGE));
	}

	@Test
	@Tag("full")
	void pageStaysInTheSessionIfOtherAppsOnTheHostHaveSavedLongOnes() {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		this.browser.cookies().put("__Host-oauth2-state-saved-AAAAAA", "x".repeat(1300));
		this.browser.cookies().put("__Host-oauth2-state-saved-BBBBBB", "x".repeat(700));
		String begin = this.browser.open(instance, PAGE).location();
		assertThat(instance.takeSessionsCreated()).isOne();
		assertThat(this.browser.cookies()).hasSize(3);
		assertThat(this.browser.open(instance, this.browser.begin(instance, begin)).location()).contains(PAGE);
	}

	@Test
	@Tag("full")
	void postIsRepeatedByTheInstanceThatSavedIt() {
		Instance instance = start(KeptIn.STORE, OneProvider.class, WithoutCsrf.class);
		this.browser.open(instance, PAGE);
		String begin = this.browser.post(instance, "/custom", "amount=5").location();
		String callback = this.browser.begin(instance, begin);
		assertThat(this.browser.open(instance, callback).location())
			.contains((stack() == Stack.SERVLET) ? "/custom" : PAGE);
	}

	@Test
	@Tag("full")
	void pageThatAsksForAnAuthorizedClientIsFoundAfterIt() {
		try (Instance saves = KeptIn.STORE.start(stack(), List.of());
				Instance finishes = KeptIn.STORE.start(stack(), List.of())) {
			Browser.Page page = this.browser.open(saves, "/oauth2/authorization/idp");
			assertThat(page.location()).isNotNull();
			String callback = this.browser.send(saves, page.location(), null).location();
			this.browser.open(finishes, callback);
			String authorize = this.browser.open(finishes, "/client").location();
			String back = this.browser.send(finishes, authorize, null).location();
			String target = this.browser.open(finishes, back).location();
			assertThat(target).contains("/client");
			assertThat(this.browser.open(finishes, target).body()).isEqualTo("client of alice");
		}
	}

	private Instance start(KeptIn keptIn, Class<?>... configurations) {
		Instance instance = keptIn.start(stack(), List.of(), configurations);
		instance.takeSessionsCreated();
		this.instances.add(instance);
		return instance;
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandler {

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login((login) -> login.successHandler((request, response, authentication) -> {
					SavedRequest saved = new HttpSessionRequestCache().getRequest(request, response);
					response.getWriter()
						.write(saved.getMethod() + " "
								+ saved.getRedirectUrl()
									.replace("https://app.example", "")
									.replace("?", " ")
									.replace("&continue", "")
								+ " " + saved.getParameterMap().keySet() + " "
								+ Arrays.toString(saved.getHeaderValues("Accept").toArray()));
				}))
				.build();
		}

		/**
		 * A reactive session has the address of the page and nothing else.
		 */
		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login((login) -> login.authenticationSuccessHandler((exchange, authentication) -> {
					ServerHttpResponse response = exchange.getExchange().getResponse();
					return response.writeWith(new WebSessionServerRequestCache().getRedirectUri(exchange.getExchange())
						.map((uri) -> response.bufferFactory().wrap(("GET " + uri).getBytes(StandardCharsets.UTF_8))));
				}))
				.build();
		}

	}

	/**
	 * An app with a public page that tells which page the session has.
	 */
	@Import(LoginPage.class)
	abstract static class WithLoginPage {

		abstract void customize(HttpSecurity http);

		abstract void customize(ServerHttpSecurity http);

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			http.authorizeExchange(
					(exchanges) -> exchanges.pathMatchers("/login-page").permitAll().anyExchange().authenticated());
			customize(http);
			return http.build();
		}

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			http.authorizeHttpRequests(
					(requests) -> requests.requestMatchers("/login-page").permitAll().anyRequest().authenticated());
			customize(http);
			return http.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnLoginPage extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.oauth2Login((login) -> login.loginPage("/login-page"));
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login((login) -> login.loginPage("/login-page"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnEntryPoint extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.exceptionHandling((failures) -> failures
					.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint("/login-page")));
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.exceptionHandling((failures) -> failures
					.authenticationEntryPoint(new RedirectServerAuthenticationEntryPoint("/login-page")));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCache extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.requestCache((cache) -> cache.requestCache(new HttpSessionRequestCache()));
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.requestCache((cache) -> cache.requestCache(new WebSessionServerRequestCache()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFilter extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.addFilterBefore((request, response, chain) -> chain.doFilter(request, response),
						AuthorizationFilter.class);
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.addFilterBefore((exchange, chain) -> chain.filter(exchange), SecurityWebFiltersOrder.AUTHORIZATION);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FormLogin extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.formLogin(Customizer.withDefaults()).oauth2Login(Customizer.withDefaults());
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.formLogin((login) -> login.authenticationManager((user) -> Mono.empty()))
				.oauth2Login(Customizer.withDefaults());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithoutCsrf {

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.csrf((csrf) -> csrf.disable())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.csrf((csrf) -> csrf.disable())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ LoginPage.OfServletApp.class, LoginPage.OfReactiveApp.class })
	static class LoginPage {

		@InServletApp
		@RestController
		static class OfServletApp {

			@GetMapping("/login-page")
			String page(HttpServletRequest request) {
				return "For " + new HttpSessionRequestCache().getRequest(request, null).getRedirectUrl();
			}

		}

		@InReactiveApp
		@RestController
		static class OfReactiveApp {

			@GetMapping("/login-page")
			Mono<String> page(ServerWebExchange exchange) {
				return new WebSessionServerRequestCache().getRedirectUri(exchange).map((uri) -> "For " + uri);
			}

		}

	}

}
