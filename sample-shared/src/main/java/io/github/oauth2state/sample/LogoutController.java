package io.github.oauth2state.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * Shows what logouts that reached this instance have ended, also to users who are logged
 * out by then.
 */
@Controller
class LogoutController {

	static final String PAGE = "/logouts";

	static final String API = "/api/logouts";

	private final LogoutTracer tracer;

	LogoutController(LogoutTracer tracer) {
		this.tracer = tracer;
	}

	@GetMapping(PAGE)
	String page(@Nullable OAuth2AuthenticationToken user, Model model) {
		model.addAttribute("signedIn", user != null);
		model.addAttribute("logouts", this.tracer.read());
		return "logouts";
	}

	@GetMapping(API)
	@ResponseBody
	LogoutTracer.Logouts logouts() {
		return this.tracer.read();
	}

}
