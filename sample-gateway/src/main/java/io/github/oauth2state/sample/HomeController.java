package io.github.oauth2state.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.SessionAttribute;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A page for everybody, which shows signed-in users what became of their login.
 */
@Controller
class HomeController {

	private final HomePage page;

	private final InstanceName instance;

	private final ServerOAuth2AuthorizedClientRepository clients;

	private final TokenCalls calls;

	HomeController(HomePage page, InstanceName instance, ServerOAuth2AuthorizedClientRepository clients,
			TokenCalls calls) {
		this.page = page;
		this.instance = instance;
		this.clients = clients;
		this.calls = calls;
	}

	@GetMapping("/")
	Mono<String> home(@Nullable OAuth2AuthenticationToken user,
			@SessionAttribute(name = LoginTrace.ATTRIBUTE, required = false) @Nullable LoginTrace login,
			ServerWebExchange exchange, Model model) {
		if (user == null) {
			this.page.fill(model);
			return Mono.just(HomePage.VIEW);
		}
		// Looks at the token without using it, which would refresh it.
		return this.clients.loadAuthorizedClient(user.getAuthorizedClientRegistrationId(), user, exchange)
			.doOnNext((client) -> this.page.fill(model, user, login, client))
			.switchIfEmpty(Mono.fromRunnable(() -> this.page.fill(model, user, login, null)))
			.thenReturn(HomePage.VIEW);
	}

	/**
	 * Does what the script does where there is one.
	 */
	@PostMapping("/token-calls")
	Mono<String> callManyTimes(OAuth2AuthenticationToken user,
			@SessionAttribute(name = LoginTrace.ATTRIBUTE, required = false) @Nullable LoginTrace login,
			ServerWebExchange exchange, Model model) {
		return Mono.fromCallable(() -> this.calls.send((name) -> {
			HttpCookie cookie = exchange.getRequest().getCookies().getFirst(name);
			return (cookie != null) ? cookie.getValue() : null;
		}, ""))
			.subscribeOn(Schedulers.boundedElastic())
			.doOnNext((sent) -> sent.ifPresentOrElse((tally) -> model.addAttribute("tally", tally),
					() -> model.addAttribute("busy", true)))
			.then(Mono.defer(() -> home(user, login, exchange, model)));
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
