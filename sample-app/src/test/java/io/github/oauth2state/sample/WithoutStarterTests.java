package io.github.oauth2state.sample;

import java.net.http.HttpResponse;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The app with the starter disabled and nothing shared, as the demo runs it to compare.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "oauth2-state.enabled=false", "sample.tells-provider=true", "sample.instance=two" })
class WithoutStarterTests extends RunningApp {

	@Test
	void errorPageNamesTheCauseAndSpringSecuritysError() throws Exception {
		HttpResponse<String> callback = get("/login/oauth2/code/demo?code=1&state=1");
		assertThat(callback.statusCode()).isEqualTo(401);
		assertThat(callback.body()).contains("This instance does not know your login", "in the memory of the instance",
				"You came back to another instance", "<code id=\"error\">authorization_request_not_found</code>",
				"Log in again");
	}

	@Test
	void providerIsToldWhichInstanceBeginsALoginAndItsProcess() throws Exception {
		assertThat(get("/oauth2/authorization/demo").headers().firstValue("Location").orElseThrow())
			.contains("&begun_on=two", "&begun_pid=" + ProcessHandle.current().pid());
	}

}
