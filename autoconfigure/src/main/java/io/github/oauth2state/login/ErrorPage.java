package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.util.HtmlUtils;

import io.github.oauth2state.record.Sha256;
import io.github.oauth2state.web.WebExchange;

/**
 * The pages for logins that cannot go on. They are the library's own, as the app's error
 * page may need a login, which cannot start, so that the browser would be redirected for
 * ever.
 * <p>
 * A page needs no other file, which could need a login too. Its style is inline, which a
 * policy of the app may forbid, so it has a policy of its own that allows this style and
 * nothing else. Spring Security keeps a policy that is there. If a proxy adds another
 * one, the page is readable without its style.
 */
public enum ErrorPage {

	/**
	 * The store does not answer. The login may start later.
	 */
	STORE_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "Login not possible at the moment", "This should be over soon."),

	/**
	 * The authorization request cannot be kept.
	 */
	NOT_STORABLE(HttpStatus.INTERNAL_SERVER_ERROR, "Login not possible",
			"The application cannot begin this login. Its log says why."),

	/**
	 * The user was signed in several times, and the app does not know it.
	 */
	NOT_SIGNED_IN(HttpStatus.INTERNAL_SERVER_ERROR, "Signed in, but not kept",
			"You were signed in several times in a row, but the page after that did not know it. Either the "
					+ "instances of this application do not share their sessions, or your browser does not send the "
					+ "session cookie."),

	/**
	 * The login started anew several times.
	 */
	NOT_COMPLETED(HttpStatus.BAD_REQUEST, "Login not completed", "Several attempts in a row did not succeed.");

	private static final String RETRY_SECONDS = "5";

	private static final String STYLE = """
			:root { color-scheme: light dark; --page: #f4f6f9; --ink: #1b1f27; --muted: #566070; --accent: #0b57d0; --on-accent: #fff; }
			@media (prefers-color-scheme: dark) {
				:root { --page: #12151b; --ink: #e8ebf0; --muted: #a9b2c1; --accent: #8ab4f8; --on-accent: #0d1830; }
			}
			* { box-sizing: border-box; }
			body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
			main { max-width: 64rem; margin: 0 auto; padding: clamp(1.5rem, 12vh, 8rem) 1rem 2rem; }
			h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.4rem); line-height: 1.2; margin: 0 0 1.25rem; text-wrap: balance; }
			p { margin: 0 0 .9rem; max-width: 42rem; }
			.lead { font-size: 1.1rem; }
			.hint { color: var(--muted); font-size: .9rem; }
			a { display: inline-block; border-radius: .6rem; padding: .65rem 1.2rem; background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none; }
			a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
			""";

	/**
	 * Leaves out {@code frame-ancestors}: whether the app may be in a frame is its own
	 * matter, and this page has nothing to click but a link that anybody can follow.
	 */
	private static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
			+ "'; base-uri 'none'; form-action 'none'";

	private final HttpStatus status;

	private final String title;

	private final String text;

	ErrorPage(HttpStatus status, String title, String text) {
		this.status = status;
		this.title = title;
		this.text = text;
	}

	/**
	 * Prepares an answer with this page.
	 * @param exchange the request to answer
	 * @param retryPath where the user can try again
	 * @param reference the id by which log lines name the login
	 * @return the body of the answer, to be written in UTF-8
	 */
	public String answer(WebExchange exchange, String retryPath, String reference) {
		exchange.setStatus(this.status);
		if (this == STORE_UNAVAILABLE) {
			exchange.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
		}
		exchange.setHeader(HttpHeaders.CONTENT_TYPE, "text/html;charset=UTF-8");
		exchange.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
		exchange.setHeader("Content-Security-Policy", POLICY);
		return """
				<!DOCTYPE html>
				<html lang="en">
				<head>
				<meta charset="utf-8">
				<meta name="viewport" content="width=device-width, initial-scale=1">
				<meta name="color-scheme" content="light dark">
				<title>%1$s</title>
				<style>%5$s</style>
				</head>
				<body>
				<main>
				<h1>%1$s</h1>
				<p class="lead">%2$s</p>
				<p><a href="%3$s">Try again</a></p>
				<p class="hint">Should you ask for help, name this reference: <code>%4$s</code></p>
				</main>
				</body>
				</html>
				""".formatted(this.title, this.text, HtmlUtils.htmlEscape(retryPath), reference, STYLE);
	}

	private static String hash(String text) {
		return Base64.getEncoder().encodeToString(Sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
	}

}
