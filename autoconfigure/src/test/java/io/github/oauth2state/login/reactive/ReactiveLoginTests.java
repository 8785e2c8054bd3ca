package io.github.oauth2state.login.reactive;

import java.util.List;
import java.util.function.BiConsumer;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logins of a reactive app from start to end.
 */
class ReactiveLoginTests {

	private final ReactiveWebApplicationContextRunner app = ReactiveApp.runner();

	@Test
	void userIsSignedInAndThePageAskedForIsShown() {
		run((context, browser) -> {
			assertThat(ReactiveBrowser.location(browser.get("/page?a=b"))).isEqualTo("/oauth2/authorization/idp");
			String state = browser.begin();
			assertThat(browser.hasSession()).isFalse();
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/page?a=b");
			assertThat(browser.get("/page?a=b").getResponseBody()).isEqualTo("Hello alice");
			assertThat(outcomes(context)).containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED);
		});
	}

	@Test
	void callbackThatComesTwiceEndsAtTheApp() {
		run((context, browser) -> {
			String state = browser.begin();
			browser.get(ReactiveBrowser.callback(state));
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(outcomes(context)).containsExactly(LoginOutcome.STARTED, LoginOutcome.COMPLETED,
					LoginOutcome.ALREADY_USED);
		});
	}

	@Test
	void callbackInAnotherBrowserIsRefusedAndDoesNotUseTheLoginUp() {
		run((context, browser) -> {
			String state = browser.begin();
			ReactiveBrowser other = new ReactiveBrowser(context);
			assertThat(ReactiveBrowser.location(other.get(ReactiveBrowser.callback(state)))).isEqualTo("/login?error");
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(state)))).isEqualTo("/");
			assertThat(outcomes(context)).containsExactly(LoginOutcome.STARTED, LoginOutcome.FOREIGN_BROWSER,
					LoginOutcome.COMPLETED);
		});
	}

	private void run(BiConsumer<ApplicationContext, ReactiveBrowser> test) {
		this.app.run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context, new ReactiveBrowser(context));
		});
	}

	private static List<LoginOutcome> outcomes(ApplicationContext context) {
		return context.getBean(ReactiveApp.Recorder.class).events.stream().map(LoginEvent::outcome).toList();
	}

}
