package io.github.oauth2state.sample;

import java.time.Instant;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;

import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

/**
 * The app with a provider where users can log out.
 */
@SpringBootTest(properties = "sample.instance=one")
@DirtiesContext(classMode = DirtiesContext.ClassMode.AFTER_EACH_TEST_METHOD)
class LogoutTests {

	private static final StubIssuer issuer = StubIssuer.withLogout();

	private final OAuth2AuthenticationToken user = user();

	@Autowired
	private LogoutTracer listener;

	private MockMvcTester mvc;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("spring.security.oauth2.client.provider.demo.issuer-uri", issuer::uri);
	}

	@AfterAll
	static void stop() {
		issuer.close();
	}

	@BeforeEach
	void begin(@Autowired WebApplicationContext context) {
		this.mvc = MockMvcTester.from(context, (builder) -> builder.apply(springSecurity()).build());
	}

	@Test
	void userWhoLogsOutEverywhereIsSentToTheProviderAndBackToThePageAboutLogouts() throws Exception {
		MvcTestResult home = this.mvc.get().uri("/").with(authentication(this.user)).exchange();
		assertThat(home.getResponse().getContentAsString()).contains(">Log out</button>",
				">Log out everywhere</button>", "name=\"everywhere\"");
		assertThat(home.getResponse().getHeader("Content-Security-Policy"))
			.contains("form-action 'self' " + issuer.uri() + ";");
		MvcTestResult logout = this.mvc.post()
			.uri("/logout")
			.param("everywhere", "true")
			.with(authentication(this.user))
			.with(csrf())
			.exchange();
		assertThat(logout).hasStatus(302)
			.redirectedUrl()
			.isEqualTo(
					issuer.uri() + "/logout?id_token_hint=id-token&post_logout_redirect_uri=http://localhost/logouts");
	}

	@Test
	void userWhoLogsOutIsNotSentToTheProvider() {
		assertThat(this.mvc.post().uri("/logout").with(authentication(this.user)).with(csrf()).exchange())
			.hasStatus(302)
			.redirectedUrl()
			.isEqualTo("/");
	}

	@Test
	void everybodySeesWhatLogoutsEnded() throws Exception {
		assertThat(logouts()).contains("You are logged out", "none yet");
		this.listener.onLogout(event(LogoutOutcome.ENDED, 2));
		assertThat(logouts()).contains(" UTC, by the provider", "2 sessions ended");
		this.listener.onLogout(event(LogoutOutcome.ENDED, 1));
		assertThat(this.mvc.get().uri("/api/logouts").exchange()).bodyJson()
			.hasPathSatisfying("$.instance", (instance) -> assertThat(instance).isEqualTo("one"))
			.hasPathSatisfying("$.outcome", (outcome) -> assertThat(outcome).isEqualTo("1 session ended"))
			.hasPathSatisfying("$.sum", (sum) -> assertThat(sum).isEqualTo(3));
	}

	@Test
	void tokensThatAreRefusedReplaceNothing() throws Exception {
		this.listener.onLogout(event(LogoutOutcome.UNKNOWN, 0));
		assertThat(this.mvc.post().uri("/logout/connect/back-channel/demo").param("logout_token", "forged").exchange())
			.hasStatus(400);
		assertThat(logouts()).contains("no session found").doesNotContain("refused");
	}

	private String logouts() throws Exception {
		MvcTestResult page = this.mvc.get().uri("/logouts").exchange();
		assertThat(page).hasStatusOk();
		assertThat(page.getRequest().getSession(false)).isNull();
		return page.getResponse().getContentAsString();
	}

	private static LogoutEvent event(LogoutOutcome outcome, int sessions) {
		return new LogoutEvent(LogoutKind.LOGOUT_TOKEN, outcome, "demo", sessions);
	}

	private static OAuth2AuthenticationToken user() {
		OidcIdToken token = OidcIdToken.withTokenValue("id-token")
			.issuer(issuer.uri())
			.subject("alice")
			.issuedAt(Instant.now())
			.build();
		return new OAuth2AuthenticationToken(new DefaultOidcUser(AuthorityUtils.NO_AUTHORITIES, token),
				AuthorityUtils.NO_AUTHORITIES, "demo");
	}

}
