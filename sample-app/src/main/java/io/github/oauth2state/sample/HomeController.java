package io.github.oauth2state.sample;

import java.time.Instant;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
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

/**
 * A page for everybody, which shows signed-in users what became of their login.
 */
@Controller
class HomeController {

	private static final String PAGE = "home";

	private final InstanceName instance;

	private final LoginLinks links;

	private final OAuth2AuthorizedClientRepository clients;

	private final ProviderLogout providerLogout;

	private final TokenCalls calls;

	private final Meters meters;

	private final boolean coordinated;

	HomeController(InstanceName instance, LoginLinks links, OAuth2AuthorizedClientRepository clients,
			ProviderLogout providerLogout, TokenCalls calls, Meters meters,
			@Value("${oauth2-state.enabled:true}") boolean coordinated) {
		this.instance = instance;
		this.links = links;
		this.clients = clients;
		this.providerLogout = providerLogout;
		this.calls = calls;
		this.meters = meters;
		this.coordinated = coordinated;
	}

	@GetMapping("/")
	String home(@Nullable OAuth2AuthenticationToken user,
			@SessionAttribute(name = LoginTrace.ATTRIBUTE, required = false) @Nullable LoginTrace login,
			HttpServletRequest request, Model model) {
		model.addAttribute("instance", this.instance.get());
		if (user == null) {
			model.addAttribute("links", this.links.all());
			return PAGE;
		}
		model.addAttribute("user", user.getName());
		model.addAttribute("providerLogout", this.providerLogout.isPossible(user.getAuthorizedClientRegistrationId()));
		model.addAttribute("journey", (login != null) ? new Journey(login) : null);
		model.addAttribute("token", token(user, request));
		model.addAttribute("ways", Obtained.values());
		model.addAttribute("calls", TokenCalls.CALLS);
		model.addAttribute("coordinated", this.coordinated);
		model.addAttribute("reachAllInstances", this.calls.reachAllInstances());
		model.addAttribute("meters", this.meters.read());
		return PAGE;
	}

	/**
	 * Does what the script does where there is one.
	 */
	@PostMapping("/token-calls")
	String callManyTimes(OAuth2AuthenticationToken user,
			@SessionAttribute(name = LoginTrace.ATTRIBUTE, required = false) @Nullable LoginTrace login,
			HttpServletRequest request, Model model) {
		this.calls.send(request)
			.ifPresentOrElse((tally) -> model.addAttribute("tally", tally), () -> model.addAttribute("busy", true));
		return home(user, login, request, model);
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
		Me me = new Me(authentication.getName(), this.instance.get(), login.begunOn(), login.finishedOn(),
				login.path());
		// JSON whatever is asked for: a browser comes here from its login, wanting HTML.
		return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(me);
	}

	/**
	 * Looks at the token without using it, which would refresh it.
	 */
	private @Nullable TokenLife token(OAuth2AuthenticationToken user, HttpServletRequest request) {
		OAuth2AuthorizedClient client = this.clients.loadAuthorizedClient(user.getAuthorizedClientRegistrationId(),
				user, request);
		Instant expiresAt = (client != null) ? client.getAccessToken().getExpiresAt() : null;
		return (expiresAt != null) ? new TokenLife(expiresAt, Instant.now()) : null;
	}

	record Me(String user, String instance, @Nullable String begunOn, String finishedOn, String path) {
	}

}
