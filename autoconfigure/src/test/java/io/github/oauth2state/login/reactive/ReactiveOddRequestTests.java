package io.github.oauth2state.login.reactive;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationSuccessHandler;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that are malformed or come twice, and records that only a servlet instance
 * writes.
 */
class ReactiveOddRequestTests {

	private final RecordingStore store = new RecordingStore();

	private final ReactiveWebApplicationContextRunner app = ReactiveApp.runner()
		.withBean(RecordingStore.class, () -> this.store);

	@Test
	void malformedContentTypeIsAnsweredAsWithoutTheStarter() {
		run((context) -> {
			WebTestClient client = WebTestClient.bindToApplicationContext(context).build();
			assertThat(client.post()
				.uri("/page")
				.headers((headers) -> headers.set(HttpHeaders.CONTENT_TYPE, "nonsense"))
				.exchange()
				.returnResult(String.class)
				.getStatus()).isEqualTo(HttpStatus.FORBIDDEN);
		});
	}

	/**
	 * A servlet instance takes such a page, and its login may be called back here.
	 */
	@Test
	void pageThatIsNoUriDoesNotMakeTheLoginFail() {
		run((context) -> {
			ReactiveBrowser browser = new ReactiveBrowser(context);
			browser.get("/page");
			String page = Base64.getUrlEncoder()
				.withoutPadding()
				.encodeToString("/search?q=100%".getBytes(StandardCharsets.UTF_8));
			browser.cookies.replaceAll((name, value) -> name.contains("saved-") ? page : value);
			assertThat(browser.cookies).containsValue(page);
			assertThat(ReactiveBrowser.location(browser.get(ReactiveBrowser.callback(browser.begin())))).isEqualTo("/");
			assertThat(browser.get("/page").getResponseBody()).isEqualTo("Hello alice");
		});
	}

	@Test
	void callbackThatComesTwiceEndsWhereTheAppSendsUsersAfterALogin() {
		this.app.withUserConfiguration(Home.class).run((context) -> {
			ReactiveBrowser browser = new ReactiveBrowser(context);
			String callback = ReactiveBrowser.callback(browser.begin());
			assertThat(ReactiveBrowser.location(browser.get(callback))).isEqualTo("/home");
			assertThat(ReactiveBrowser.location(browser.get(callback))).isEqualTo("/home");
		});
	}

	private void run(Consumer<AssertableReactiveWebApplicationContext> test) {
		this.app.run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Home {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login((login) -> login
					.authenticationSuccessHandler(new RedirectServerAuthenticationSuccessHandler("/home")))
				.build();
		}

	}

}
