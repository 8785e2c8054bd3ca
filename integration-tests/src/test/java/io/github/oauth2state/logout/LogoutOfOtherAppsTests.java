package io.github.oauth2state.logout;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

import io.github.oauth2state.scenario.Browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.oidcLogin;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

/**
 * Apps that say more about logout than Spring Security needs to know, or less. What
 * worked without the library works with it.
 */
@Tag("full")
class LogoutOfOtherAppsTests {

	private final LogoutProvider provider = LogoutProvider.shared();

	private final String alice = LogoutCluster.name("alice");

	private final String session = LogoutCluster.name("session");

	@Test
	void registryOfTheAppIsUsed() {
		try (LogoutInstance app = start(SetUp.OWN_WITH_REDIS, OtherApps.WithRegistry.class)) {
			assertLogoutEndsTheSessionThroughTheRegistryOfTheApp(app);
		}
	}

	@Test
	void registryThatTheChainIsGivenIsUsed() {
		try (LogoutInstance app = start(SetUp.OWN_WITH_REDIS, OtherApps.WithRegistryOfChain.class)) {
			assertLogoutEndsTheSessionThroughTheRegistryOfTheApp(app);
		}
	}

	@Test
	void registryThatTheLoginIsGivenIsUsed() {
		try (LogoutInstance app = start(SetUp.OWN_WITH_REDIS, OtherApps.WithRegistryOfLogin.class)) {
			assertLogoutEndsTheSessionThroughTheRegistryOfTheApp(app);
		}
	}

	private void assertLogoutEndsTheSessionThroughTheRegistryOfTheApp(LogoutInstance app) {
		List<String> calls = app.context().getBean(OtherApps.Calls.class).all();
		Browser browser = app.logIn(this.alice + "/" + this.session);
		assertThat(calls).containsOnly("save");
		assertThat(app.send(this.provider.logout().sid(this.session).signed()).statusCode()).isEqualTo(200);
		assertThat(calls).contains("log out");
		assertThat(app.user(browser)).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = { "REDIS", "INDEXED_REDIS", "POSTGRESQL", "OWN_WITH_REDIS" })
	void handlerOfTheAppWorksWithTheRegistryOfTheLibrary(SetUp setUp) {
		try (LogoutInstance app = start(setUp, OtherApps.WithHandler.class)) {
			Browser browser = app.logIn(this.alice + "/" + this.session);
			assertThat(app.send(this.provider.logout().sid(this.session).signed()).statusCode()).isEqualTo(200);
			assertThat(app.user(browser)).isEmpty();
		}
	}

	@Test
	void handlerThatTheChainIsGivenIsAskedToLogOut() {
		try (LogoutInstance app = start(SetUp.REDIS, OtherApps.WithHandlerOfChain.class)) {
			app.logIn(this.alice + "/" + this.session);
			assertThat(app.send(this.provider.logout().sid(this.session).signed()).statusCode()).isEqualTo(200);
			assertThat(app.context().getBean(OtherApps.Calls.class).all()).containsExactly("handle");
		}
	}

	@Test
	void thatIsOffLeavesLogoutToSpringSecurity() {
		try (LogoutInstance app = start(SetUp.OWN_WITH_REDIS, OtherApps.Plain.class,
				"oauth2-state.logout.back-channel=off")) {
			Browser browser = app.logIn(this.alice + "/" + this.session);
			assertThat(app.send(this.provider.logout().sid(this.session).signed()).statusCode()).isEqualTo(200);
			assertThat(app.user(browser)).isEmpty();
		}
	}

	/**
	 * Spring Security runs them by a request to the app itself, which only the instance
	 * can answer that has the session. Here each instance runs them for its own.
	 */
	@ParameterizedTest
	@EnumSource(names = { "OWN_WITH_REDIS", "OWN_WITH_POSTGRESQL", "REACTIVE_OWN_WITH_REDIS" })
	void handlersOfTheAppRunWhereTheSessionIs(SetUp setUp) {
		LogoutCluster cluster = LogoutCluster.of(setUp);
		Browser browser = cluster.a.logIn(this.alice + "/" + this.session);
		cluster.logOut(cluster.b, cluster.provider.logout().sid(this.session));
		assertThat(cluster.a.user(browser)).isEmpty();
		assertThat(cluster.a.handled()).containsOnlyOnce(this.alice);
	}

	@ParameterizedTest
	@EnumSource(names = { "REDIS", "INDEXED_REDIS", "POSTGRESQL", "OWN_WITH_REDIS", "OWN_WITH_POSTGRESQL" })
	void usersOfMockMvcAreSignedIn(SetUp setUp) throws Exception {
		try (LogoutInstance app = start(setUp, OtherApps.Plain.class)) {
			MockMvc mvc = MockMvcBuilders.webAppContextSetup((WebApplicationContext) app.context())
				.apply(springSecurity())
				.build();
			mvc.perform(get("/api/me").with(oidcLogin().idToken((token) -> token.subject("mock"))))
				.andExpect(status().isOk())
				.andExpect(content().string("mock"));
			mvc.perform(get("/api/me").with(oidcLogin())).andExpect(status().isOk());
			mvc.perform(get("/api/write").with(oidcLogin())).andExpect(status().isOk());
			mvc.perform(get("/api/change-id").with(oidcLogin()).session(new MockHttpSession()))
				.andExpect(status().isOk());
			mvc.perform(post("/logout").with(oidcLogin()).with(csrf())).andExpect(status().is3xxRedirection());
			mvc.perform(get("/api/me")).andExpect(status().isUnauthorized());
		}
	}

	private static LogoutInstance start(SetUp setUp, Class<?> app, String... more) {
		List<String> properties = new ArrayList<>(setUp.properties());
		properties.addAll(List.of(more));
		return LogoutInstance.of(app, properties);
	}

}
