package io.github.oauth2state.logout;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * What tests tell and ask the app under {@code /open}, on either stack.
 */
@RestController
class LogoutControls {

	private final Gates gates = new Gates();

	/**
	 * For whom the app's own handler of logouts ran.
	 */
	private final List<String> handled = new CopyOnWriteArrayList<>();

	@Bean
	Gates gates() {
		return this.gates;
	}

	/**
	 * Handles a logout, as an app does that forgets what it keeps about the user.
	 */
	void handle(@Nullable Authentication user) {
		this.handled.add((user != null) ? user.getName() : "nobody");
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
		return String.join(",", this.handled);
	}

}
