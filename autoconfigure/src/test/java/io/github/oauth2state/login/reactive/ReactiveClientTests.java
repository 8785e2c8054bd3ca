package io.github.oauth2state.login.reactive;

import java.util.List;
import java.util.function.BiConsumer;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.util.LinkedMultiValueMap;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Authorizations of clients in a reactive app, and what a logout and a loop of logins do.
 */
class ReactiveClientTests {

	private final RecordingStore store = new RecordingStore();

	private final ReactiveWebApplicationContextRunner app = ReactiveApp.runner()
		.withUserConfiguration(Chain.class)
		.withBean(RecordingStore.class, () -> this.store)
		.withPropertyValues(ReactiveApp.registration("api"))
		.withPropertyValues("spring.security.oauth2.client.registration.api.redirect-uri={baseUrl}/authorized");

	@Test
	void clientIsAuthorizedForTheUser() {
		run((browser, events) -> {
			signIn(browser);
			String state = ReactiveBrowser.state(browser.get("/oauth2/authorization/api"));
			this.store.takeCalls();
			assertThat(browser.get("/authorized?code=abc&state=" + state).getStatus()).isEqualTo(HttpStatus.FOUND);
			assertThat(this.store.takeCalls()).containsExactly("find", "take");
			assertThat(events).extracting(LoginEvent::outcome)
				.containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED, LoginOutcome.STARTED,
						LoginOutcome.COMPLETED);
			assertThat(events.get(3).registrationId()).isEqualTo("api");
		});
	}

	@Test
	void callbackOfAClientThatComesTwiceLeadsToItsPageWithoutTheCode() {
		run((browser, events) -> {
			signIn(browser);
			String state = ReactiveBrowser.state(browser.get("/oauth2/authorization/api"));
			browser.get("/authorized?code=abc&state=" + state);
			assertThat(ReactiveBrowser.location(browser.get("/authorized?code=abc&state=" + state + "&tab=1")))
				.isEqualTo("/authorized?tab=1");
			assertThat(events.get(4).outcome()).isEqualTo(LoginOutcome.ALREADY_USED);
		});
	}

	@Test
	void authorizationIsNotForWhomIsSignedInNext() {
		run((browser, events) -> {
			signIn(browser);
			String state = ReactiveBrowser.state(browser.get("/oauth2/authorization/api"));
			browser.post("/logout", new LinkedMultiValueMap<>());
			assertThat(browser.get("/authorized?code=abc&state=" + state).getStatus()).isEqualTo(HttpStatus.FOUND);
			assertThat(events.get(3).reason()).isEqualTo("another_user");
			signIn(browser);
			assertThat(browser.get("/authorized?code=abc&state=" + state).getStatus()).isEqualTo(HttpStatus.FOUND);
			assertThat(events).extracting(LoginEvent::outcome)
				.containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED, LoginOutcome.STARTED,
						LoginOutcome.FAILED, LoginOutcome.STARTED, LoginOutcome.COMPLETED, LoginOutcome.COMPLETED);
		});
	}

	@Test
	void authorizationThatNobodyInParticularBeganEndsWithALogout() {
		run((browser, events) -> {
			String state = ReactiveBrowser.state(browser.get("/oauth2/authorization/api"));
			signIn(browser);
			browser.post("/logout", new LinkedMultiValueMap<>());
			browser.get("/authorized?code=abc&state=" + state);
			assertThat(events.get(3).reason()).isEqualTo("another_user");
		});
	}

	@Test
	void anyUrlWithCodeAndStateReachesTheApp() {
		run((browser, events) -> {
			signIn(browser);
			String state = ReactiveBrowser.state(browser.get("/oauth2/authorization/api"));
			assertThat(browser.get("/page?code=abc&state=" + state).getResponseBody()).isEqualTo("Hello alice");
			assertThat(browser.get("/page?code=abc&state=unknown").getResponseBody()).isEqualTo("Hello alice");
			assertThat(browser.get("/authorized?code=abc&state=" + state).getStatus()).isEqualTo(HttpStatus.FOUND);
			assertThat(events).hasSize(4);
		});
	}

	@Test
	void loopOfLoginsEndsOnAPageThatNamesTheCause() {
		run((browser, events) -> {
			for (int i = 0; i < 3; i++) {
				signIn(browser);
				browser.cookies.remove("SESSION");
			}
			EntityExchangeResult<String> answer = browser.get("/oauth2/authorization/idp");
			assertThat(answer.getStatus()).isEqualTo(HttpStatus.INTERNAL_SERVER_ERROR);
			assertThat(answer.getResponseBody()).contains("Signed in, but not kept");
			assertThat(events.get(6).reason()).isEqualTo("session_lost");
		});
	}

	@Test
	void userWhoSeesAPageInBetweenMayLogInAgainAndAgain() {
		run((browser, events) -> {
			for (int i = 0; i < 6; i++) {
				signIn(browser);
				assertThat(browser.get("/page").getResponseBody()).isEqualTo("Hello alice");
			}
		});
	}

	private static void signIn(ReactiveBrowser browser) {
		assertThat(browser.get(ReactiveBrowser.callback(browser.begin())).getStatus()).isEqualTo(HttpStatus.FOUND);
	}

	private void run(BiConsumer<ReactiveBrowser, List<LoginEvent>> test) {
		this.app.run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(new ReactiveBrowser(context), context.getBean(ReactiveApp.Recorder.class).events);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Chain {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.csrf(CsrfSpec::disable)
				.oauth2Login(Customizer.withDefaults())
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

}
