package io.github.oauth2state.logout;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The pages of the app, and what tests tell it under {@code /open}.
 */
@RestController
final class LogoutPages {

	private final Gates gates;

	private final LogoutApp.LogoutHandlers handlers;

	LogoutPages(Gates gates, LogoutApp.LogoutHandlers handlers) {
		this.gates = gates;
		this.handlers = handlers;
	}

	@GetMapping({ "/", "/api/me" })
	String name(Authentication authentication) {
		return authentication.getName();
	}

	/**
	 * Writes to the session when the test lets it.
	 */
	@GetMapping("/api/write")
	String write(@RequestParam(defaultValue = "none") String gate, HttpSession session) {
		this.gates.pass(gate);
		session.setAttribute("written", System.nanoTime());
		return "written";
	}

	@GetMapping("/api/prolong")
	String prolong(@RequestParam(defaultValue = "none") String gate, HttpSession session) {
		this.gates.pass(gate);
		session.setMaxInactiveInterval(3600);
		return "prolonged";
	}

	@GetMapping("/api/change-id")
	String changeId(@RequestParam(defaultValue = "none") String gate, HttpServletRequest request) {
		this.gates.pass(gate);
		request.changeSessionId();
		return "changed";
	}

	@GetMapping("/api/client")
	String client(@RegisteredOAuth2AuthorizedClient("idp") OAuth2AuthorizedClient client) {
		return client.getAccessToken().getTokenValue();
	}

	@GetMapping("/open/shut")
	void shut(@RequestParam String gate) {
		this.gates.shut(gate);
	}

	@GetMapping("/open/open")
	void open(@RequestParam String gate) {
		this.gates.open(gate);
	}

	@GetMapping("/open/waiting")
	int waiting(@RequestParam String gate) {
		return this.gates.waiting(gate);
	}

	@GetMapping("/open/handled")
	String handled() {
		return String.join(",", this.handlers.users);
	}

}
