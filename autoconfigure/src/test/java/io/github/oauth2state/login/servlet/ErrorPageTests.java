package io.github.oauth2state.login.servlet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.web.header.writers.ContentSecurityPolicyHeaderWriter;

import io.github.oauth2state.login.ErrorPage;

import static org.assertj.core.api.Assertions.assertThat;

class ErrorPageTests {

	private static final String POLICY = "Content-Security-Policy";

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void needsNothingButItself() throws IOException {
		assertThat(page()).contains("<style>")
			.doesNotContain("src=", "<link", "@import", "url(", "http:", "https:", "//");
	}

	@Test
	void everyRuleIsInTheStyleThatThePolicyAllows() throws Exception {
		String page = page();
		assertThat(page).doesNotContain("style=", "<script");
		Matcher style = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL).matcher(page);
		assertThat(style.find()).isTrue();
		byte[] hash = MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(StandardCharsets.UTF_8));
		assertThat(this.response.getHeader(POLICY)).contains("default-src 'none'",
				"style-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
	}

	@Test
	void policyOfTheAppDoesNotForbidTheStyle() throws IOException {
		page();
		new ContentSecurityPolicyHeaderWriter("default-src 'self'").writeHeaders(new MockHttpServletRequest(),
				this.response);
		assertThat(this.response.getHeaders(POLICY)).singleElement().asString().contains("sha256-");
	}

	@Test
	void pathIsEscaped() throws IOException {
		write(ErrorPage.NOT_COMPLETED, "/a?b=\"><script>");
		assertThat(this.response.getContentAsString()).doesNotContain("<script>");
	}

	private String page() throws IOException {
		write(ErrorPage.STORE_UNAVAILABLE, "/oauth2/authorization/demo");
		assertThat(this.response.getStatus()).isEqualTo(503);
		assertThat(this.response.getContentAsString()).contains("<h1>Login not possible at the moment</h1>",
				"This should be over soon.", "href=\"/oauth2/authorization/demo\">Try again</a>",
				"<code>0123456789ab</code>");
		return this.response.getContentAsString();
	}

	private void write(ErrorPage page, String retryPath) throws IOException {
		ServletExchange exchange = new ServletExchange(new MockHttpServletRequest(), this.response);
		this.response.getWriter().write(page.answer(exchange, retryPath, "0123456789ab"));
	}

}
