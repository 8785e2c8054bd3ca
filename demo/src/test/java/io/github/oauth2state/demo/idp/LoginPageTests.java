package io.github.oauth2state.demo.idp;

import java.io.IOException;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.web.csrf.DefaultCsrfToken;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;

import static org.assertj.core.api.Assertions.assertThat;

class LoginPageTests {

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void tellsUsersAndPassword() throws IOException {
		assertThat(page(new MockHttpServletRequest(), null)).contains("<strong>alice</strong>", "<strong>bob</strong>",
				"<strong>password</strong>", "name=\"_csrf\" type=\"hidden\" value=\"csrf-token\"");
	}

	@Test
	void tellsHowToKillTheInstanceThatBeganTheLogin() throws IOException {
		assertThat(page(begun("one", "4711"), null)).contains(">one</span>", "id=\"kill\">", " 4711</code>");
	}

	@Test
	void tellsNothingOfTheBeginWhereTheAppDoesNot() throws IOException {
		assertThat(page(begun(null, null), null)).doesNotContain("Begun on", "kill");
		assertThat(page(new MockHttpServletRequest(), null)).doesNotContain("Begun on", "kill");
	}

	@Test
	void showsNoCommandThatSomebodyElseWrote() throws IOException {
		for (String pid : new String[] { "1; rm -rf ~", "-1", "", "1 2", "<b>1</b>", "12345678901" }) {
			assertThat(page(begun("one", pid), null)).doesNotContain("id=\"kill\"");
		}
		assertThat(page(begun("<script>", "1"), null)).doesNotContain("<script>", "id=\"kill\"");
	}

	@Test
	void saysThatALoginFailed() throws IOException {
		assertThat(page(new MockHttpServletRequest(), "")).contains("The user or the password is wrong");
		assertThat(page(new MockHttpServletRequest(), null)).doesNotContain("is wrong");
	}

	private String page(HttpServletRequest request, String error) throws IOException {
		return new LoginPage().page(request, this.response, new DefaultCsrfToken("X-CSRF-TOKEN", "_csrf", "csrf-token"),
				error);
	}

	private HttpServletRequest begun(String instance, String pid) {
		MockHttpServletRequest authorize = new MockHttpServletRequest("GET", "/oauth2/authorize");
		if (instance != null) {
			authorize.addParameter("begun_on", instance);
			authorize.addParameter("begun_pid", pid);
		}
		new HttpSessionRequestCache().saveRequest(authorize, this.response);
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/login");
		request.setSession(authorize.getSession());
		return request;
	}

}
