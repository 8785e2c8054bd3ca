package io.github.oauth2state.logout;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.scenario.Browser;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.support.NoBlocking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.mockOidcLogin;
import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.springSecurity;

/**
 * What {@link LogoutOfOtherAppsTests} are, on WebFlux. A thread that must not block fails
 * if it does.
 */
@Tag("full")
class ReactiveLogoutOfOtherAppsTests {

	private final LogoutProvider provider = LogoutProvider.shared();

	private final String alice = LogoutCluster.name("alice");

	private final String session = LogoutCluster.name("session");

	@BeforeAll
	static void noThreadMayBlock() {
		NoBlocking.install();
	}

	@ParameterizedTest
	@EnumSource(names = { "REACTIVE_REDIS", "REACTIVE_OWN_WITH_REDIS" })
	void listenersAreToldOfAnEndedSessionAndMayBlock(SetUp setUp) {
		try (LogoutInstance app = start(setUp, ReactiveOtherApps.WithListener.class)) {
			Browser browser = logIn(app);
			logOut(app);
			assertThat(app.user(browser)).isEmpty();
			assertThat(calls(app)).containsExactly(this.alice + " may block");
		}
	}

	@ParameterizedTest
	@CsvSource({ "REACTIVE_REDIS, ENDED 1", "REACTIVE_OWN_WITH_REDIS, MARKED 0" })
	void listenersAreToldWhatBecameOfTokens(SetUp setUp, String handled) {
		try (LogoutInstance app = start(setUp, ReactiveOtherApps.WithEvents.class)) {
			logIn(app);
			String token = this.provider.logout().sid(this.session).signed();
			assertThat(app.send(token).statusCode()).isEqualTo(200);
			awaitCall(app, handled + " idp");
			assertThat(app.send(token).statusCode()).isEqualTo(400);
			awaitCall(app, "REPLAYED 0 idp");
			assertThat(app.send("forged").statusCode()).isEqualTo(400);
			awaitCall(app, "REFUSED 0 idp");
			assertThat(app.send(token, "made-up").statusCode()).isEqualTo(400);
			awaitCall(app, "REFUSED 0 null");
			assertThat(calls(app)).hasSize(4);
		}
	}

	/**
	 * Some listeners are told after the answer.
	 */
	private static void awaitCall(LogoutInstance app, String call) {
		Awaitility.await().untilAsserted(() -> assertThat(calls(app)).endsWith(call));
	}

	/**
	 * Otherwise it would not send the token again.
	 */
	@Test
	void providerWhoseKeysAreAwayIsToldSo() {
		try (LogoutInstance app = start(SetUp.REACTIVE_OWN_WITH_REDIS, ReactiveOtherApps.WithEvents.class,
				"spring.security.oauth2.client.provider.provider.jwk-set-uri=http://localhost:1/jwks")) {
			HttpResponse<String> answer = app.send(this.provider.logout().sid(this.session).signed());
			assertThat(answer.statusCode()).isEqualTo(503);
			assertThat(answer.body()).contains("temporarily_unavailable");
			awaitCall(app, "FAILED 0 idp");
		}
	}

	@Test
	void registryOfTheAppIsUsed() {
		try (LogoutInstance app = start(SetUp.REACTIVE_OWN_WITH_REDIS, ReactiveOtherApps.WithRegistry.class)) {
			assertLogoutEndsTheSessionThroughTheRegistryOfTheApp(app);
		}
	}

	@Test
	void registryThatTheLoginIsGivenIsUsed() {
		try (LogoutInstance app = start(SetUp.REACTIVE_OWN_WITH_REDIS, ReactiveOtherApps.WithRegistryOfLogin.class)) {
			assertLogoutEndsTheSessionThroughTheRegistryOfTheApp(app);
			assertThat(app.context().getBean(LogoutServices.class).isInUse()).isFalse();
		}
	}

	private void assertLogoutEndsTheSessionThroughTheRegistryOfTheApp(LogoutInstance app) {
		Browser browser = logIn(app);
		assertThat(calls(app)).isNotEmpty().containsOnly("save");
		logOut(app);
		assertThat(calls(app)).contains("log out");
		assertThat(app.user(browser)).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = { "REACTIVE_REDIS", "REACTIVE_OWN_WITH_REDIS" })
	void handlerOfTheAppWorksWithTheRegistryOfTheLibrary(SetUp setUp) {
		try (LogoutInstance app = start(setUp, ReactiveOtherApps.WithHandler.class)) {
			Browser browser = logIn(app);
			logOut(app);
			assertThat(app.user(browser)).isEmpty();
		}
	}

	@Test
	void thatIsOffLeavesLogoutToSpringSecurity() {
		try (LogoutInstance app = start(SetUp.REACTIVE_OWN_WITH_REDIS, ReactiveOtherApps.Plain.class,
				"oauth2-state.logout.back-channel=off")) {
			Browser browser = logIn(app);
			logOut(app);
			assertThat(app.user(browser)).isEmpty();
		}
	}

	@Test
	void sessionEndsThoughTheOnlyHandlerOfTheAppFails() {
		try (LogoutInstance app = start(SetUp.REACTIVE_OWN_WITH_REDIS, ReactiveOtherApps.WithFailingLogout.class)) {
			Browser browser = logIn(app);
			logOut(app);
			assertThat(app.user(browser)).isEmpty();
			assertThat(calls(app)).containsExactly("log out " + this.alice);
		}
	}

	/**
	 * The request whose session ends writes to a new one.
	 */
	@Test
	void pageThatFoundTheSessionEndedIsShownAfterTheNextLogin() {
		try (LogoutInstance app = start(SetUp.REACTIVE_OWN_WITH_REDIS, ReactiveOtherApps.Plain.class)) {
			Browser browser = logIn(app);
			logOut(app);
			LogoutCluster.awaitNextSecond();
			assertThat(browser.open(app, "/api-of-another-page").location()).endsWith("/oauth2/authorization/idp");
			Browser.Page back = browser.open(app, browser.begin(app, "/oauth2/authorization/idp"));
			assertThat(back.location()).endsWith("/api-of-another-page");
			assertThat(app.user(browser)).isEqualTo(this.alice);
		}
	}

	/**
	 * The Actuator calls it on a thread that may block, as here.
	 */
	@ParameterizedTest
	@EnumSource(names = { "REACTIVE_REDIS", "REACTIVE_OWN_WITH_REDIS" })
	void operatorEndsTheSessionsOfAUser(SetUp setUp) {
		try (LogoutInstance app = start(setUp, ReactiveOtherApps.Plain.class)) {
			Browser browser = logIn(app);
			int ended = app.context().getBean(UserSessions.class).end("idp", this.alice);
			assertThat(ended).isEqualTo(setUp.sharesSessions() ? 1 : -1);
			assertThat(app.user(browser)).isEmpty();
		}
	}

	@Test
	void sessionOfAUserWhoLogsOutLeavesTheIndex() {
		try (LogoutInstance app = start(SetUp.REACTIVE_REDIS, ReactiveOtherApps.WithLogout.class)) {
			Browser browser = logIn(app);
			assertThat(indexed(app)).hasSize(1);
			browser.post(app, "/logout", "");
			assertThat(app.user(browser)).isEmpty();
			assertThat(calls(app)).containsExactly("log out " + this.alice);
			Awaitility.await().untilAsserted(() -> assertThat(indexed(app)).isEmpty());
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "REACTIVE_REDIS", "REACTIVE_OWN_WITH_REDIS" })
	void usersOfWebTestClientAreSignedIn(SetUp setUp) {
		try (LogoutInstance app = start(setUp, ReactiveOtherApps.Plain.class)) {
			WebTestClient client = WebTestClient.bindToApplicationContext(app.context())
				.apply(springSecurity())
				.configureClient()
				.build();
			client.mutateWith(mockOidcLogin().idToken((token) -> token.subject("mock")))
				.get()
				.uri("/api/me")
				.exchange()
				.expectBody(String.class)
				.isEqualTo("mock");
			client.mutateWith(mockOidcLogin()).get().uri("/api/write").exchange().expectStatus().isOk();
			client.mutateWith(mockOidcLogin()).get().uri("/api/change-id").exchange().expectStatus().isOk();
			client.get().uri("/api/me").exchange().expectStatus().isUnauthorized();
		}
	}

	private Collection<SessionIndex.IndexedSession> indexed(LogoutInstance app) {
		String namespace = app.context().getBean(OAuth2StateSettings.class).namespace();
		SessionIndex index = (SessionIndex) app.context().getBean(ConfiguredStore.class).sessionIndex().orElseThrow();
		return index.find(SessionName.ofSubject(namespace, this.provider.issuer(), "app", this.alice).key());
	}

	private Browser logIn(LogoutInstance app) {
		return app.logIn(this.alice + "/" + this.session);
	}

	private void logOut(LogoutInstance app) {
		assertThat(app.send(this.provider.logout().sid(this.session).signed()).statusCode()).isEqualTo(200);
	}

	private static List<String> calls(LogoutInstance app) {
		return app.context().getBean(OtherApps.Calls.class).all();
	}

	private static LogoutInstance start(SetUp setUp, Class<?> app, String... more) {
		List<String> properties = new ArrayList<>(setUp.properties());
		properties.addAll(List.of(more));
		return LogoutInstance.of(app, WebApplicationType.REACTIVE, properties);
	}

}
