package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.savedrequest.WebSessionServerRequestCache;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pages that are in the session, as the app looks for them there, or as the library
 * cannot or may not carry them in a cookie.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Tag("full")
class SavedRequestInSessionTests extends SavedPageTests {

	private final Stack stack;

	SavedRequestInSessionTests(Stack stack) {
		this.stack = stack;
	}

	@Override
	Stack stack() {
		return this.stack;
	}

	/**
	 * What the callback brought must not get into a session with it.
	 */
	@Test
	void codeOfTheAppFindsThePageInTheSession() {
		Instance saves = start(KeptIn.STORE, OneProvider.class, OwnHandler.class);
		Instance finishes = start(KeptIn.STORE, OneProvider.class, OwnHandler.class);
		String callback = this.browser.begin(saves, this.browser.open(saves, PAGE).location());
		Browser.Page page = this.browser.open(finishes, callback);
		assertThat(page.body()).isEqualTo(
				(stack() == Stack.SERVLET) ? "GET /page from=mail&x=%20%3D [from, x] [text/html]" : "GET " + PAGE);
	}

	@ParameterizedTest
	@ValueSource(classes = { LoginPageApps.OwnLoginPage.class, LoginPageApps.OwnCache.class,
			LoginPageApps.OwnFilter.class, LoginPageApps.OwnEntryPoint.class,
			LoginPageApps.OwnEntryPointAmongOthers.class, LoginPageApps.FormLogin.class })
	void appThatMayLookForThePageBeforeTheLoginFindsItInTheSession(Class<?> chain) {
		Instance instance = start(KeptIn.STORE, OneProvider.class, chain);
		this.browser.open(instance, PAGE);
		assertThat(instance.takeSessionsCreated()).isOne();
		assertThat(this.browser.send(instance, "/login-page", null).body()).contains("/page");
	}

	@ParameterizedTest
	@ValueSource(strings = { "oauth2-state.login.carry-saved-request=false", "oauth2-state.login.sessions=shared",
			"oauth2-state.rollout.percentage=0", "oauth2-state.enabled=false" })
	void sessionHasThePageAsWithoutTheLibrary(String property) {
		Instance instance = start(KeptIn.STORE, List.of(property), OneProvider.class);
		String begin = this.browser.open(instance, PAGE).location();
		assertThat(instance.takeSessionsCreated()).isOne();
		assertThat(this.browser.cookies().keySet()).noneMatch((name) -> name.contains("saved"));
		assertThat(this.browser.open(instance, this.browser.begin(instance, begin)).location()).contains(PAGE);
	}

	@Test
	void loginThatBeginsInTheSessionHasThePageToo() {
		Instance instance = start(KeptIn.STORE, List.of("oauth2-state.on-store-failure=session"), OneProvider.class);
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
	void olderPageDoesNotComeBeforeAPostThatAnotherInstanceSaved() {
		Instance saves = start(KeptIn.STORE, OneProvider.class, WithoutCsrf.class);
		Instance finishes = start(KeptIn.STORE, OneProvider.class, WithoutCsrf.class);
		this.browser.open(saves, PAGE);
		String callback = this.browser.begin(saves, this.browser.post(saves, "/custom", "amount=5").location());
		assertThat(this.browser.open(finishes, callback).location())
			.isEqualTo("https://app.example" + ((stack() == Stack.SERVLET) ? "/" : PAGE));
	}

	@Test
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
	void postIsRepeatedByTheInstanceThatSavedIt() {
		Instance instance = start(KeptIn.STORE, OneProvider.class, WithoutCsrf.class);
		this.browser.open(instance, PAGE);
		String begin = this.browser.post(instance, "/custom", "amount=5").location();
		String callback = this.browser.begin(instance, begin);
		assertThat(this.browser.open(instance, callback).location())
			.contains((stack() == Stack.SERVLET) ? "/custom" : PAGE);
	}

	@Test
	void pageWithALongUrlStaysInTheSession() {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		this.browser.open(instance, PAGE);
		String page = "/page?q=" + "x".repeat(1100);
		String callback = this.browser.begin(instance, this.browser.open(instance, page).location());
		assertThat(this.browser.open(instance, callback).location()).contains(page);
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

}
