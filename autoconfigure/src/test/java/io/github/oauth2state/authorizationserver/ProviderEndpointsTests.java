package io.github.oauth2state.authorizationserver;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests what clients and browsers see of codes that are used once, with pending
 * authorizations in the service and in the store.
 */
@Tag("full")
@ExtendWith(OutputCaptureExtension.class)
class ProviderEndpointsTests {

	private final CodeStore store = new CodeStore();

	private final TestService service = new TestService();

	private final List<CodeEvent> events = new ArrayList<>();

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void codeThatComesAgainIsRefusedAndItsTokensAreRevoked(String pending) {
		run(pending, (provider) -> {
			String code = provider.code("plain");
			MockHttpServletResponse tokens = provider.redeem("plain", code);
			assertThat(tokens.getStatus()).isEqualTo(200);
			String accessToken = TestProvider.json(tokens, "access_token");
			assertThat(provider.isActive("plain", accessToken)).isTrue();
			assertError(provider.redeem("plain", code), 400, "invalid_grant");
			assertThat(provider.isActive("plain", accessToken)).isFalse();
			assertEvents("ISSUED AUTHORIZATION_CODE", "REDEEMED AUTHORIZATION_CODE", "ISSUED REFRESH_TOKEN",
					"REUSED AUTHORIZATION_CODE");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void wrongRequestBurnsNoCode(String pending) {
		run(pending, (provider) -> {
			String code = provider.code("plain");
			assertError(provider.redeem("plain", code, "w".repeat(64), TestProvider.REDIRECT_URI), 400,
					"invalid_grant");
			assertError(provider.redeem("plain", code, "v".repeat(64), "https://evil.example/callback"), 400,
					"invalid_grant");
			assertError(provider.redeem("other", code), 400, "invalid_grant");
			assertError(provider.redeem("plain", code + "x"), 400, "invalid_grant");
			assertThat(provider.redeem("plain", code).getStatus()).isEqualTo(200);
			assertEvents("ISSUED AUTHORIZATION_CODE", "WRONG_CLIENT AUTHORIZATION_CODE", "REDEEMED AUTHORIZATION_CODE",
					"ISSUED REFRESH_TOKEN");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void storeThatFailsAtTheTokenEndpointIsTemporary(String pending, CapturedOutput output) {
		run(pending, (provider) -> {
			String code = provider.code("plain");
			this.store.failure = new StateStoreException(Reason.CONNECTION, "planted", null);
			assertError(provider.redeem("plain", code), 400, "temporarily_unavailable");
			this.store.failure = null;
			assertThat(provider.redeem("plain", code).getStatus()).isEqualTo(200);
			assertThat(output).doesNotContain(code, "planted");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void serviceThatFailsAtTheTokenEndpointBurnsNoCode(String pending) {
		run(pending, (provider) -> {
			String code = provider.code("plain");
			this.service.failure = new IllegalStateException("Database");
			assertThatIllegalStateException().isThrownBy(() -> provider.redeem("plain", code)).withMessage("Database");
			this.service.failure = null;
			assertThat(provider.redeem("plain", code).getStatus()).isEqualTo(200);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void consentIsAnsweredOnce(String pending) {
		run(pending, (provider) -> {
			String state = TestProvider.state(provider.authorize("consent"));
			String code = TestProvider.code(provider.consent("consent", state, "profile"));
			assertThat(provider.consent("consent", state, "profile").getStatus()).isEqualTo(400);
			assertThat(provider.redeem("consent", code).getStatus()).isEqualTo(200);
			assertEvents("ISSUED CONSENT", "REDEEMED CONSENT", "ISSUED AUTHORIZATION_CODE",
					"REDEEMED AUTHORIZATION_CODE", "ISSUED REFRESH_TOKEN");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void consentIsDeniedOnce(String pending) {
		run(pending, (provider) -> {
			String state = TestProvider.state(provider.authorize("consent"));
			assertThat(provider.consent("consent", state).getHeader(HttpHeaders.LOCATION))
				.contains("error=access_denied");
			assertThat(provider.consent("consent", state, "profile").getStatus()).isEqualTo(400);
			assertEvents("ISSUED CONSENT", "REDEEMED CONSENT");
		});
	}

	@Test
	void storeThatFailsAtTheConsentPageIsToldToTheClient() {
		run("service", (provider) -> {
			String state = TestProvider.state(provider.authorize("consent"));
			this.store.failure = new StateStoreException(Reason.TIMEOUT, "planted", null);
			for (MockHttpServletResponse response : List.of(provider.consent("consent", state, "profile"),
					provider.consent("consent", state))) {
				assertThat(URI.create(response.getHeader(HttpHeaders.LOCATION))).hasHost("shop.example")
					.hasParameter("error", "temporarily_unavailable")
					.hasParameter("state", "state-of-client")
					.hasNoParameter("code");
			}
			this.store.failure = null;
			assertThat(TestProvider.code(provider.consent("consent", state, "profile"))).isNotEmpty();
		});
	}

	@Test
	void storeThatFailsToFindAConsentIsAnError() {
		run("store", (provider) -> {
			String state = TestProvider.state(provider.authorize("consent"));
			this.store.failure = new StateStoreException(Reason.TIMEOUT, "planted", null);
			assertThat(provider.consent("consent", state, "profile").getStatus()).isEqualTo(400);
			this.store.failure = null;
			assertThat(TestProvider.code(provider.consent("consent", state, "profile"))).isNotEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void pushedRequestIsUsedOnce(String pending) {
		run(pending, (provider) -> {
			String uri = TestProvider.json(provider.push("plain"), "request_uri");
			String code = TestProvider.code(provider.authorizePushed("plain", uri));
			assertThat(provider.authorizePushed("plain", uri).getStatus()).isEqualTo(400);
			assertThat(provider.redeem("plain", code).getStatus()).isEqualTo(200);
			assertEvents("ISSUED PUSHED_REQUEST", "ISSUED AUTHORIZATION_CODE", "REDEEMED PUSHED_REQUEST",
					"REDEEMED AUTHORIZATION_CODE", "ISSUED REFRESH_TOKEN");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void pushedRequestWithConsentIsUsedOnce(String pending) {
		run(pending, (provider) -> {
			String uri = TestProvider.json(provider.push("consent"), "request_uri");
			String state = TestProvider.state(provider.authorizePushed("consent", uri));
			assertThat(provider.authorizePushed("consent", uri).getStatus()).isEqualTo(400);
			String code = TestProvider.code(provider.consent("consent", state, "profile"));
			assertThat(provider.redeem("consent", code).getStatus()).isEqualTo(200);
		});
	}

	@Test
	void storeThatFailsForAPushedRequestIsToldToTheClient() {
		run("service", (provider) -> {
			String uri = TestProvider.json(provider.push("plain"), "request_uri");
			this.store.failure = new StateStoreException(Reason.CONNECTION, "planted", null);
			assertThat(URI.create(provider.authorizePushed("plain", uri).getHeader(HttpHeaders.LOCATION)))
				.hasHost("shop.example")
				.hasParameter("error", "temporarily_unavailable")
				.hasNoParameter("code");
			this.store.failure = null;
			assertThat(TestProvider.code(provider.authorizePushed("plain", uri))).isNotEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void deviceGetsTokensOnce(String pending) {
		run(pending, (provider) -> {
			MockHttpServletResponse codes = provider.post("plain", "/oauth2/device_authorization",
					Map.of("scope", "profile"));
			String deviceCode = TestProvider.json(codes, "device_code");
			Map<String, String> poll = Map.of("grant_type", "urn:ietf:params:oauth:grant-type:device_code",
					"device_code", deviceCode);
			assertError(provider.post("plain", "/oauth2/token", poll), 400, "authorization_pending");
			String userCode = TestProvider.json(codes, "user_code");
			String state = TestProvider.state(provider.verifyDevice(userCode));
			assertThat(provider.consentDevice("plain", state, userCode, "profile").getStatus()).isEqualTo(302);
			assertThat(provider.verifyDevice(userCode).getStatus()).isEqualTo(400);
			assertError(provider.post("other", "/oauth2/token", poll), 400, "invalid_grant");
			assertThat(provider.post("plain", "/oauth2/token", poll).getStatus()).isEqualTo(200);
			assertError(provider.post("plain", "/oauth2/token", poll), 400, "access_denied");
			assertEvents("ISSUED DEVICE_CODE", "ISSUED CONSENT", "REDEEMED CONSENT", "WRONG_CLIENT DEVICE_CODE",
					"REDEEMED DEVICE_CODE", "ISSUED REFRESH_TOKEN");
		});
	}

	@Test
	void replacedRefreshTokenRevokesItsFamily() {
		run("service", (provider) -> {
			MockHttpServletResponse first = provider.redeem("plain", provider.code("plain"));
			String old = TestProvider.json(first, "refresh_token");
			MockHttpServletResponse second = provider.refresh("plain", old);
			String accessToken = TestProvider.json(second, "access_token");
			assertError(provider.refresh("other", old), 400, "invalid_grant");
			assertThat(provider.isActive("plain", accessToken)).isTrue();
			assertError(provider.refresh("plain", old), 400, "invalid_grant");
			assertThat(provider.isActive("plain", accessToken)).isFalse();
			assertError(provider.refresh("plain", TestProvider.json(second, "refresh_token")), 400, "invalid_grant");
		});
	}

	@Test
	void refreshTokenThatIsKeptNeedsNoCommand() {
		run("service", (provider) -> {
			String token = TestProvider.json(provider.redeem("reusing", provider.code("reusing")), "refresh_token");
			this.store.takeCommands();
			assertThat(TestProvider.json(provider.refresh("reusing", token), "refresh_token")).isEqualTo(token);
			assertThat(provider.refresh("reusing", token).getStatus()).isEqualTo(200);
			assertThat(this.store.takeCommands()).isEmpty();
		});
	}

	/**
	 * Before there is a token.
	 */
	@Test
	void pendingAuthorizationsOfTheStoreAreNotInTheService() {
		run("store", (provider) -> {
			String code = provider.code("plain");
			String state = TestProvider.state(provider.authorize("consent"));
			String later = TestProvider.code(provider.consent("consent", state, "profile"));
			provider.code("plain");
			TestProvider
				.code(provider.authorizePushed("plain", TestProvider.json(provider.push("plain"), "request_uri")));
			assertThat(this.service.saved).isEmpty();
			provider.redeem("plain", code);
			provider.redeem("consent", later);
			assertThat(this.service.saved).hasSize(2).allMatch((saved) -> saved.getAccessToken() != null);
			assertThat(this.store.everything()).doesNotContain(code, state, later, "alice", "shop.example");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "service", "store" })
	void noteNeverReachesTheService(String pending) {
		run(pending, (provider) -> {
			String state = TestProvider.state(provider.authorize("consent"));
			String code = TestProvider.code(provider.consent("consent", state, "profile"));
			String token = TestProvider.json(provider.redeem("consent", code), "refresh_token");
			provider.refresh("consent", token);
			provider.redeem("consent", code);
			assertThat(this.service.saved).isNotEmpty()
				.extracting(OAuth2Authorization::getAttributes)
				.allSatisfy((attributes) -> assertThat(attributes).doesNotContainKey(CodeUse.class.getName()));
		});
	}

	private void run(String pending, Consumer<TestProvider> test) {
		TestProvider.APP.withUserConfiguration(TestProvider.Server.class)
			.withBean(CodeStore.class, () -> this.store)
			.withBean(TestService.class, () -> this.service)
			.withBean(CodeListener.class, () -> this.events::add)
			.withPropertyValues("oauth2-state.authorization-server.pending=" + pending)
			.run((context) -> test.accept(new TestProvider(context)));
	}

	private void assertEvents(String... expected) {
		assertThat(this.events).extracting((event) -> event.outcome() + " " + event.type()).containsExactly(expected);
	}

	private static void assertError(MockHttpServletResponse response, int status, String error) {
		assertThat(TestProvider.body(response)).contains("\"error\":\"" + error + "\"");
		assertThat(response.getStatus()).isEqualTo(status);
	}

}
