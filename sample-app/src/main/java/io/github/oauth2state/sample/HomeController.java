package io.github.oauth2state.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.SessionAttribute;
import org.springframework.web.util.HtmlUtils;

/**
 * A page for everybody, and one for signed-in users.
 */
@RestController
class HomeController {

	private final InstanceName instance;

	HomeController(InstanceName instance) {
		this.instance = instance;
	}

	@GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
	String home() {
		return """
				<!DOCTYPE html>
				<html lang="en">
				<title>Sample app</title>
				<h1>Sample app</h1>
				<p>This page was served by instance <strong>%s</strong>.</p>
				<ul>
				<li><a href="/oauth2/authorization/demo">Log in</a></li>
				<li><a href="/me">Who am I, and which instances logged me in?</a></li>
				<li><a href="/api/token-info">How did this instance come by my access token?</a></li>
				<li><a href="/logout">Log out</a></li>
				</ul>
				</html>
				""".formatted(HtmlUtils.htmlEscape(this.instance.get()));
	}

	@GetMapping("/me")
	ResponseEntity<Me> me(Authentication authentication, @SessionAttribute(LoginTrace.ATTRIBUTE) LoginTrace login) {
		Me me = new Me(authentication.getName(), this.instance.get(), login.begunOn(), login.finishedOn(),
				login.path());
		// JSON whatever is asked for: a browser comes here from its login, wanting HTML.
		return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(me);
	}

	record Me(String user, String instance, @Nullable String begunOn, String finishedOn, String path) {
	}

}
