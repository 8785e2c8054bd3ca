package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.RedirectStrategy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerRedirectStrategy;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Apps of one page whose script starts the login: the app answers with the provider's
 * URL, and the script leads the browser there.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
class StartedByScriptTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static Instance instance;

	private final Cluster cluster;

	private final Browser browser = Browser.overHttps();

	StartedByScriptTests(Stack stack) {
		this.cluster = Cluster.shared(stack);
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack) {
		instance = Cluster.shared(stack).start(App.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		instance.close();
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
		instance.takeOutcomes();
	}

	@ParameterizedTest
	@CsvSource({ "Sec-Fetch-Mode, cors", "X-Requested-With, XMLHttpRequest" })
	void loginCompletes(String header, String value) {
		this.browser.header(header, value);
		Browser.Page told = this.browser.open(instance, BEGIN);
		assertThat(told.status()).isEqualTo(200);
		this.browser.header(header, "navigate");
		String callback = this.browser.send(instance, told.body(), null).location();
		this.browser.open(instance, callback);
		assertThat(instance.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
		assertThat(this.browser.isSignedIn(instance)).isTrue();
	}

	@Test
	void scriptOfAnotherSiteDoesNotEvictALogin() {
		String pending = this.browser.send(instance, this.browser.open(instance, BEGIN).body(), null).location();
		Browser script = this.browser.copy().header("Sec-Fetch-Mode", "no-cors").header("Sec-Fetch-Site", "cross-site");
		for (int i = 0; i < 20; i++) {
			script.open(instance, BEGIN);
		}
		this.browser.cookies().putAll(script.cookies());
		this.browser.open(instance, pending);
		assertThat(this.browser.isSignedIn(instance)).isTrue();
	}

	@Configuration(proxyBeanMethods = false)
	static class App {

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			RedirectStrategy tell = (request, response, url) -> response.getWriter().write(url);
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login((login) -> login
					.authorizationEndpoint((endpoint) -> endpoint.authorizationRedirectStrategy(tell)))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			ServerRedirectStrategy tell = (exchange, url) -> exchange.getResponse()
				.writeWith(Mono.fromSupplier(() -> exchange.getResponse()
					.bufferFactory()
					.wrap(url.toString().getBytes(StandardCharsets.UTF_8))));
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login((login) -> login.authorizationRedirectStrategy(tell))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

}
