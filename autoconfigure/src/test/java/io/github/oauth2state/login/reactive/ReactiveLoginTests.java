package io.github.oauth2state.login.reactive;

import java.util.List;
import java.util.function.BiConsumer;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logins of a reactive app from start to end, and what they cost the store.
 */
class ReactiveLoginTests {

	private final RecordingStore store = new RecordingStore();

	private final ReactiveWebApplicationContextRunner app = ReactiveApp.runner()
		.withBean(RecordingStore.class, () -> this.store);

	private ApplicationContext context;

	@Test
	void userIsSignedInAndThePageAskedForIsShown() {
		run((browser, events) -> {
			assertThat(ReactiveBrowser.location(browser.get("/page?a=b"))).isEqualTo("/oauth2/authorization/idp");
			String state = browser.begin();
			assertThat(browser.hasSession()).isFalse();
			assertThat(this.store.takeCalls()).containsExactly("putIfAbsent");
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/page?a=b");
			assertThat(this.store.takeCalls()).containsExactly("take");
			assertThat(browser.get("/page?a=b").getResponseBody()).isEqualTo("Hello alice");
			assertThat(this.store.calls).isEmpty();
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED);
			assertThat(events).extracting(LoginEvent::path).containsOnly(LoginPath.SHARED);
			assertThat(events).extracting(LoginEvent::correlationId)
				.doesNotContainNull()
				.hasSize(2)
				.containsOnly(events.get(0).correlationId());
		});
	}

	@Test
	void callbackThatComesTwiceEndsAtTheApp() {
		run((browser, events) -> {
			String state = browser.begin();
			browser.get(ReactiveBrowser.callback(state));
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED,
					LoginOutcome.ALREADY_USED);
			assertThat(this.context.getBean(ReactiveApp.Provider.class).codes).hasSize(1);
		});
	}

	@Test
	void loginWhoseRecordIsLostStartsAnew() {
		run((browser, events) -> {
			String state = browser.begin();
			this.store.records.clear();
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state))))
				.isEqualTo("/oauth2/authorization/idp");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.ALREADY_USED);
			assertThat(browser.hasSession()).isFalse();
		});
	}

	@Test
	void loginWhoseRecordIsLostEndsOnTheFailurePageWithoutRecovery() {
		run((browser, events) -> {
			String state = browser.begin();
			this.store.records.clear();
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state))))
				.isEqualTo("/login?error");
		}, "oauth2-state.login.recovery=false");
	}

	@Test
	void callbackInAnotherBrowserIsRefusedAtNoCostAndDoesNotUseTheLoginUp() {
		run((browser, events) -> {
			String state = browser.begin();
			this.store.takeCalls();
			ReactiveBrowser other = new ReactiveBrowser(this.context);
			assertThat(ReactiveBrowser.location(other.get(ReactiveBrowser.callback(state)))).isEqualTo("/login?error");
			other.get("/page?code=a&state=b");
			assertThat(this.store.calls).isEmpty();
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.FOREIGN_BROWSER,
					LoginOutcome.COMPLETED);
		});
	}

	@Test
	void callbackAtTheRedirectUriOfAnotherProviderIsRefusedAndPutBack() {
		run((browser, events) -> {
			String state = browser.begin();
			this.store.takeCalls();
			browser.get("/login/oauth2/code/other?code=abc&state=" + state);
			assertThat(this.store.takeCalls()).containsExactly("take", "putIfAbsent");
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.MIX_UP,
					LoginOutcome.COMPLETED);
		}, ReactiveApp.registration("other"));
	}

	@Test
	void prefetchIsRefusedAndStartsNothing() {
		run((browser, events) -> {
			EntityExchangeResult<String> answer = browser.get("/oauth2/authorization/idp",
					(headers) -> headers.set("Sec-Purpose", "prefetch"));
			assertThat(answer.getStatus()).isEqualTo(HttpStatus.FORBIDDEN);
			assertThat(answer.getResponseHeaders().getCacheControl()).isEqualTo("no-store");
			assertThat(browser.cookies).isEmpty();
			String state = browser.begin();
			assertThat(browser.get(ReactiveBrowser.callback(state), (headers) -> headers.set("Sec-Purpose", "prefetch"))
				.getStatus()).isEqualTo(HttpStatus.FORBIDDEN);
			assertThat(this.store.takeCalls()).containsExactly("putIfAbsent");
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED);
		});
	}

	@Test
	void scriptThatCausesALoginKeepsNothing() {
		run((browser, events) -> {
			browser.get("/oauth2/authorization/idp", (headers) -> headers.set("Sec-Fetch-Mode", "cors"));
			assertThat(browser.cookies).isEmpty();
			assertThat(this.store.calls).isEmpty();
			assertThat(events).isEmpty();
		});
	}

	@Test
	void startAnswersThatItIsNotToBeCached() {
		run((browser,
				events) -> assertThat(
						browser.get("/oauth2/authorization/idp").getResponseHeaders().get("Cache-Control"))
					.containsExactly("no-cache, no-store, max-age=0, must-revalidate"));
	}

	@Test
	void storeThatDoesNotAnswerLeavesTheLoginInTheSession() {
		run((browser, events) -> {
			this.store.failing = true;
			String state = browser.begin();
			assertThat(browser.hasSession()).isTrue();
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STORE_ERROR, LoginOutcome.FALLBACK,
					LoginOutcome.STARTED, LoginOutcome.COMPLETED);
			assertThat(events.get(3).path()).isEqualTo(LoginPath.SESSION);
		});
	}

	@Test
	void storeThatDoesNotAnswerEndsOnAPageIfLoginsMustNotStartElsewhere() {
		run((browser, events) -> {
			this.store.failing = true;
			EntityExchangeResult<String> answer = browser.get("/oauth2/authorization/idp");
			assertThat(answer.getStatus()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
			assertThat(answer.getResponseHeaders().getFirst("Retry-After")).isEqualTo("5");
			assertThat(answer.getResponseBody()).contains("Login not possible at the moment",
					"href=\"/oauth2/authorization/idp\"", "<code>" + events.get(0).correlationId() + "</code>");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STORE_ERROR);
			assertThat(browser.cookies).isEmpty();
		}, "oauth2-state.on-store-failure=fail");
	}

	@Test
	void storeThatDoesNotAnswerLeavesTheLoginInACookie() {
		run((browser, events) -> {
			this.store.failing = true;
			String state = browser.begin();
			assertThat(browser.hasSession()).isFalse();
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(events.get(3).path()).isEqualTo(LoginPath.COOKIE);
		}, "oauth2-state.on-store-failure=cookie",
				"oauth2-state.cookie.keys=one:p2YxZ0X7c3O2m1Q9bT4s6R8vU5wE0yA3dF7gH2jK4lM");
	}

	@Test
	void storeThatDoesNotAnswerACallbackEndsOnTheFailurePage() {
		run((browser, events) -> {
			String state = browser.begin();
			this.store.failing = true;
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state))))
				.isEqualTo("/login?error");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.STORE_ERROR);
			this.store.failing = false;
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
		});
	}

	@Test
	void nobodyIsRolledOutAtZeroPercent() {
		run((browser, events) -> {
			String state = browser.begin();
			assertThat(browser.hasSession()).isTrue();
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(this.store.calls).isEmpty();
			assertThat(events).extracting(LoginEvent::path).containsOnly(LoginPath.SESSION);
		}, "oauth2-state.rollout.percentage=0");
	}

	@Test
	void errorOfTheProviderIsPublishedAndUsesTheLoginUp() {
		run((browser, events) -> {
			String state = browser.begin();
			assertThat(
					ReactiveBrowser.location(browser.get("/login/oauth2/code/idp?error=access_denied&state=" + state)))
				.isEqualTo("/login?error");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.PROVIDER_ERROR);
		});
	}

	@Test
	void postedCallbackIsExemptFromCsrfProtection() {
		run((browser, events) -> {
			ReactiveBrowser secure = new ReactiveBrowser(this.context, "https://localhost");
			MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
			form.add("code", "abc");
			form.add("state", secure.begin());
			assertThat(new ReactiveBrowser(this.context, "https://localhost").post("/login/oauth2/code/idp", form)
				.getStatus()).isEqualTo(HttpStatus.FORBIDDEN);
			assertThat(secure.post("/page", form).getStatus()).isEqualTo(HttpStatus.FORBIDDEN);
			assertThat(ReactiveBrowser.location(secure.post("/login/oauth2/code/idp", form))).isEqualTo("/");
			assertThat(secure.get("/page").getResponseBody()).isEqualTo("Hello alice");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED);
		}, "spring.security.oauth2.client.provider.idp.authorization-uri=https://idp.example/authorize?response_mode=form_post");
	}

	@Test
	void clientThatHangsUpWhileTheStoreAnswersLeavesTheLoginPending() {
		run((browser, events) -> {
			String state = browser.begin();
			Sinks.Empty<Void> late = Sinks.empty();
			this.store.beforeAnswer = late.asMono();
			Disposable request = handle(browser, ReactiveBrowser.callback(state));
			assertThat(this.store.calls).containsExactly("putIfAbsent", "take");
			request.dispose();
			this.store.beforeAnswer = Mono.empty();
			late.tryEmitEmpty();
			assertThat(this.store.takeCalls()).containsExactly("putIfAbsent", "take", "putIfAbsent");
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED);
		});
	}

	@Test
	void clientThatHangsUpWhileTheProviderAnswersHasUsedTheLoginUp() {
		run((browser, events) -> {
			String state = browser.begin();
			ReactiveApp.Provider provider = this.context.getBean(ReactiveApp.Provider.class);
			provider.before = Mono.never();
			handle(browser, ReactiveBrowser.callback(state)).dispose();
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED, LoginOutcome.FAILED);
			assertThat(events.get(1).reason()).isEqualTo("cancelled");
			provider.before = Mono.empty();
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state))))
				.isEqualTo("/oauth2/authorization/idp");
		});
	}

	@Test
	void clientThatHangsUpWhileALoginStartsGivesThePermissionOfTheCircuitBack() {
		run((browser, events) -> {
			this.store.beforeAnswer = Mono.never();
			handle(browser, "/oauth2/authorization/idp").dispose();
			this.store.beforeAnswer = Mono.empty();
			assertThat(events).isEmpty();
			browser.begin();
			assertThat(outcomes(events)).containsExactly(LoginOutcome.STARTED);
		});
	}

	/**
	 * Sends a request whose client can hang up.
	 */
	private Disposable handle(ReactiveBrowser browser, String path) {
		MockServerHttpRequest.BaseBuilder<?> request = MockServerHttpRequest.get("http://localhost" + path)
			.header("Accept", "text/html");
		browser.cookies.forEach((name, value) -> request.cookie(new HttpCookie(name, value)));
		return WebHttpHandlerBuilder.applicationContext(this.context)
			.build()
			.handle(request.build(), new MockServerHttpResponse())
			.subscribe();
	}

	private void run(BiConsumer<ReactiveBrowser, List<LoginEvent>> test, String... properties) {
		this.app.withPropertyValues(properties).run((AssertableReactiveWebApplicationContext started) -> {
			assertThat(started).hasNotFailed();
			this.context = started;
			test.accept(new ReactiveBrowser(started), started.getBean(ReactiveApp.Recorder.class).events);
		});
	}

	private static List<LoginOutcome> outcomes(List<LoginEvent> events) {
		return events.stream().map(LoginEvent::outcome).toList();
	}

}
