package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that hang up while their callback is at the provider. The pending login has
 * been taken by then and is not put back, as the provider may have used up the code.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Timeout(60)
@Tag("full")
class HangUpTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final Duration SLOW = Duration.ofSeconds(2);

	private final Stack stack;

	private final Cluster cluster;

	private final Browser browser = Browser.overHttps();

	HangUpTests(Stack stack) {
		this.stack = stack;
		this.cluster = Cluster.shared(stack);
	}

	@BeforeEach
	void makeTheProviderSlow() {
		this.cluster.forget();
		this.cluster.idp.tokenCalls().delay(SLOW);
	}

	@AfterEach
	void makeTheProviderQuick() {
		this.cluster.idp.tokenCalls().delay(Duration.ZERO);
	}

	@Test
	void loginIsTakenAndToldOfOnceAndTheSameCallbackBeginsAnew() throws IOException {
		String callback = this.browser.begin(this.cluster.a, BEGIN);
		hangUpDuringTheTokenCall(callback);
		assertThat(this.cluster.store.size()).isZero();
		List<LoginOutcome> outcomes = new ArrayList<>();
		Awaitility.await().until(() -> outcomes.addAll(this.cluster.b.takeOutcomes()));
		assertThat(outcomes).containsExactly(outcome());
		this.cluster.idp.tokenCalls().delay(Duration.ZERO);
		Browser.Page page = this.browser.open(this.cluster.b, callback);
		assertThat(page.location()).isEqualTo("https://app.example" + BEGIN);
		assertThat(this.cluster.b.takeOutcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		assertThat(this.browser.follow(this.cluster.b, page.location()).body()).isEqualTo("page of alice");
	}

	/**
	 * Returns the only outcome: a servlet app does not notice that the client is gone.
	 */
	private LoginOutcome outcome() {
		return (this.stack == Stack.SERVLET) ? LoginOutcome.COMPLETED : LoginOutcome.FAILED;
	}

	private void hangUpDuringTheTokenCall(String callback) throws IOException {
		try (Socket socket = new Socket("localhost", this.cluster.b.port())) {
			String cookies = this.browser.cookies()
				.entrySet()
				.stream()
				.map((cookie) -> cookie.getKey() + "=" + cookie.getValue())
				.collect(Collectors.joining("; "));
			String request = "GET " + callback.replaceFirst("https://[^/]*", "") + " HTTP/1.1\r\n"
					+ "Host: localhost\r\nX-Forwarded-Host: app.example\r\nX-Forwarded-Proto: https\r\n"
					+ "Accept: text/html\r\nCookie: " + cookies + "\r\n\r\n";
			socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
			Awaitility.await().until(() -> this.cluster.idp.takeTokenCalls() == 1);
		}
	}

}
