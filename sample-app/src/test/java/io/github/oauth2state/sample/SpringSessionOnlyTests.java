package io.github.oauth2state.sample;

import java.net.http.HttpResponse;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The app with the starter disabled and shared sessions, as the demo runs it to compare.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "oauth2-state.enabled=false", "sample.session-store=jdbc", "sample.token-store=session",
				"spring.datasource.url=jdbc:h2:mem:spring-session-only" })
class SpringSessionOnlyTests extends RunningApp {

	@Autowired
	private OAuth2AuthorizedClientRepository clients;

	@Test
	void errorPageNamesTheCauseAndSpringSecuritysError() throws Exception {
		HttpResponse<String> callback = get("/login/oauth2/code/demo?code=1&state=1");
		assertThat(callback.statusCode()).isEqualTo(401);
		assertThat(callback.body()).contains("Your session does not hold this login",
				"a session holds one pending login", "<code id=\"error\">authorization_request_not_found</code>",
				"Log in again");
	}

	@Test
	void tokensAreInTheSession() {
		assertThat(this.clients).isInstanceOf(HttpSessionOAuth2AuthorizedClientRepository.class);
	}

}
