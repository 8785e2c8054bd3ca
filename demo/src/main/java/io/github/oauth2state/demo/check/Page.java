package io.github.oauth2state.demo.check;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server answered.
 *
 * @param uri what was requested
 * @param status the status
 * @param instance which instance answered; empty if it was none
 * @param redirect where it sends the browser
 * @param cookies its {@code Set-Cookie} headers
 * @param body its content
 */
record Page(URI uri, int status, String instance, Optional<URI> redirect, List<String> cookies, String body) {

	private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

	static Page of(HttpResponse<String> response) {
		Optional<URI> redirect = response.headers()
			.firstValue("Location")
			.map((location) -> response.uri().resolve(location));
		return new Page(response.uri(), response.statusCode(), response.headers().firstValue("X-Instance").orElse(""),
				redirect, response.headers().allValues("Set-Cookie"), response.body());
	}

	/**
	 * Returns the token that a login form wants to have back.
	 * @return the token; empty if this is no login form
	 */
	Optional<String> loginFormToken() {
		return this.body.contains("name=\"username\"") ? formToken() : Optional.empty();
	}

	/**
	 * Returns the token that the forms of the page want to have back.
	 * @return the token; empty if there is no form
	 */
	Optional<String> formToken() {
		Matcher token = CSRF.matcher(this.body);
		return token.find() ? Optional.of(token.group(1)) : Optional.empty();
	}

	/**
	 * Returns a description that leaves out queries, which carry codes and states.
	 */
	@Override
	public String toString() {
		return "%d from %s%s%s".formatted(this.status, path(this.uri),
				this.instance.isEmpty() ? "" : " on instance " + this.instance,
				this.redirect.map((location) -> " to " + path(location)).orElse(""));
	}

	private static String path(URI uri) {
		return uri.getAuthority() + uri.getPath() + ("error".equals(uri.getQuery()) ? "?error" : "");
	}

}
