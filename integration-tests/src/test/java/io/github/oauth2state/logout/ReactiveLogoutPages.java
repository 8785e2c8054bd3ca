package io.github.oauth2state.logout;

import java.time.Duration;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

/**
 * The pages of the reactive app, as {@link LogoutPages} are those of the other one.
 */
@RestController
final class ReactiveLogoutPages {

	private final Gates gates;

	ReactiveLogoutPages(Gates gates) {
		this.gates = gates;
	}

	@GetMapping({ "/", "/api/me" })
	String name(Authentication authentication) {
		return authentication.getName();
	}

	@GetMapping("/api/write")
	Mono<String> write(@RequestParam(defaultValue = "none") String gate, WebSession session) {
		return this.gates.await(gate).then(Mono.fromSupplier(() -> {
			session.getAttributes().put("written", System.nanoTime());
			return "written";
		}));
	}

	@GetMapping("/api/prolong")
	Mono<String> prolong(@RequestParam(defaultValue = "none") String gate, WebSession session) {
		return this.gates.await(gate).then(Mono.fromSupplier(() -> {
			session.setMaxIdleTime(Duration.ofHours(1));
			return "prolonged";
		}));
	}

	@GetMapping("/api/change-id")
	Mono<String> changeId(@RequestParam(defaultValue = "none") String gate, WebSession session) {
		return this.gates.await(gate).then(session.changeSessionId()).thenReturn("changed");
	}

	@GetMapping("/api/client")
	String client(@RegisteredOAuth2AuthorizedClient("idp") OAuth2AuthorizedClient client) {
		return client.getAccessToken().getTokenValue();
	}

}
