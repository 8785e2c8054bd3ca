package io.github.oauth2state.demo.check;

import java.net.URI;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PageTests {

	@Test
	void findsTheTokenOfALoginForm() {
		String form = """
				<form method="post" action="/login"><input type="text" name="username">
				<input name="_csrf" type="hidden" value="t-0_k=" /></form>""";
		assertThat(page(form).loginFormToken()).contains("t-0_k=");
	}

	@Test
	void otherFormIsNoLoginForm() {
		Page page = page("<form><input name=\"_csrf\" value=\"token\"></form>");
		assertThat(page.loginFormToken()).isEmpty();
		assertThat(page.formToken()).contains("token");
		assertThat(page("none").formToken()).isEmpty();
	}

	@Test
	void descriptionKeepsTheCodeToItself() {
		assertThat(page("")).hasToString("302 from localhost:8080/callback on instance one to localhost:8080/me");
	}

	private static Page page(String body) {
		return new Page(URI.create("http://localhost:8080/callback?code=secret&state=secret"), 302, "one",
				Optional.of(URI.create("http://localhost:8080/me?continue")), List.of(), body);
	}

}
