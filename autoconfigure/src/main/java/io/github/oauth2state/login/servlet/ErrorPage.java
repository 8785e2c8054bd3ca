package io.github.oauth2state.login.servlet;

import java.io.IOException;

import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.util.HtmlUtils;

/**
 * The page for a login that cannot go on. It is the library's own, as the app's error
 * page may need a login, and would save itself as the page to return to.
 */
final class ErrorPage {

	private ErrorPage() {
	}

	static void write(HttpServletResponse response, int status, String title, String text, String retryPath,
			String reference) throws IOException {
		response.setStatus(status);
		response.setContentType(MediaType.TEXT_HTML_VALUE);
		response.setCharacterEncoding("UTF-8");
		response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
		response.getWriter().write("""
				<!DOCTYPE html>
				<html lang="en">
				<head>
				<meta charset="utf-8">
				<meta name="viewport" content="width=device-width">
				<meta name="color-scheme" content="light dark">
				<title>%1$s</title>
				</head>
				<body>
				<h1>%1$s</h1>
				<p>%2$s <a href="%3$s">Try again</a>.</p>
				<p>Should you ask for help, name this reference: <code>%4$s</code></p>
				</body>
				</html>
				""".formatted(title, text, HtmlUtils.htmlEscape(retryPath), reference));
	}

}
