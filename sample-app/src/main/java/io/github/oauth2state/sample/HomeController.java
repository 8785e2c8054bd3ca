package io.github.oauth2state.sample;

import java.util.Optional;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.SessionAttribute;
import org.springframework.web.util.WebUtils;

/**
 * A page for everybody, which shows signed-in users what became of their login.
 */
@Controller
class HomeController {

	private final HomePage page;

	private final InstanceName instance;

	private final OAuth2AuthorizedClientRepository clients;

	private final TokenCalls calls;

	HomeController(HomePage page, InstanceName instance, OAuth2AuthorizedClientRepository clients, TokenCalls calls) {
		this.page = page;
		this.instance = instance;
		this.clients = clients;
		this.calls = calls;
	}

	@GetMapping("/")
	String home(@Nullable OAuth2AuthenticationToken user,
			@SessionAttribute(name = LoginTrace.ATTRIBUTE, required = false) @Nullable LoginTrace login,
			HttpServletRequest request, Model model) {
		if (user == null) {
			this.page.fill(model);
		}
		else {
			// Looks at the token without using it, which would refresh it.
			OAuth2AuthorizedClient client = this.clients.loadAuthorizedClient(user.getAuthorizedClientRegistrationId(),
					user, request);
			this.page.fill(model, user, login, client);
		}
		return HomePage.VIEW;
	}

	/**
	 * Does what the script does where there is one.
	 */
	@PostMapping("/token-calls")
	String callManyTimes(OAuth2AuthenticationToken user,
			@SessionAttribute(name = LoginTrace.ATTRIBUTE, required = false) @Nullable LoginTrace login,
			HttpServletRequest request, Model model) {
		send(this.calls, request).ifPresentOrElse((tally) -> model.addAttribute("tally", tally),
				() -> model.addAttribute("busy", true));
		return home(user, login, request, model);
	}

	static Optional<Tally> send(TokenCalls calls, HttpServletRequest request) {
		return calls.send((name) -> {
			Cookie cookie = WebUtils.getCookie(request, name);
			return (cookie != null) ? cookie.getValue() : null;
		}, request.getServletContext().getContextPath());
	}

	/**
	 * Leads back who asks for the address that the form leaves in the browser.
	 */
	@GetMapping("/token-calls")
	String withoutCalls() {
		return "redirect:/";
	}

	@GetMapping("/me")
	ResponseEntity<Me> me(Authentication authentication, @SessionAttribute(LoginTrace.ATTRIBUTE) LoginTrace login) {
		// JSON whatever is asked for: a browser comes here from its login, wanting HTML.
		return ResponseEntity.ok()
			.contentType(MediaType.APPLICATION_JSON)
			.body(new Me(authentication.getName(), this.instance.get(), login));
	}

}
