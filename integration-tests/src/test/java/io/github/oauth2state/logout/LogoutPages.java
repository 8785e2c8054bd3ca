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
 * The pages of the app.
 */
@RestController
final class LogoutPages {

	private final Gates gates;

	LogoutPages(Gates gates) {
		this.gates = gates;
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

}
