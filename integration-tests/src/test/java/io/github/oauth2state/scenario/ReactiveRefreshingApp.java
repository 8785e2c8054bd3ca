package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.function.Consumer;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The reactive twin of the app of {@link RefreshingProcess}, with the same pages.
 */
@EnableAutoConfiguration
@InReactiveApp
class ReactiveRefreshingApp {

	@Bean
	SecurityWebFilterChain everybody(ServerHttpSecurity http) {
		return http.csrf((csrf) -> csrf.disable())
			.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
			.build();
	}

	@Bean
	Gate gate() {
		return new Gate();
	}

	/**
	 * Lets the gate stop a request after its refresh and before its tokens are saved.
	 */
	@Bean
	Consumer<DefaultReactiveOAuth2AuthorizedClientManager> stopsBeforeSave(Gate gate,
			ReactiveOAuth2AuthorizedClientService clients) {
		return (manager) -> manager.setAuthorizationSuccessHandler((client, principal, attributes) -> gate.pass()
			.then(Mono.defer(() -> clients.saveAuthorizedClient(client, principal))));
	}

	@Bean
	Pages pages(ReactiveOAuth2AuthorizedClientManager manager, ReactiveOAuth2AuthorizedClientService clients,
			ReactiveClientRegistrationRepository registrations, Gate gate) {
		return new Pages(manager, clients, registrations, gate);
	}

	static final class Gate {

		private volatile boolean shut;

		Mono<Void> pass() {
			return Mono.defer(() -> this.shut ? Mono.delay(Duration.ofMillis(20)).then(pass()) : Mono.empty());
		}

	}

	@RestController
	static final class Pages {

		private final ReactiveOAuth2AuthorizedClientManager manager;

		private final ReactiveOAuth2AuthorizedClientService clients;

		private final ReactiveClientRegistrationRepository registrations;

		private final Gate gate;

		Pages(ReactiveOAuth2AuthorizedClientManager manager, ReactiveOAuth2AuthorizedClientService clients,
				ReactiveClientRegistrationRepository registrations, Gate gate) {
			this.manager = manager;
			this.clients = clients;
			this.registrations = registrations;
			this.gate = gate;
		}

		@GetMapping("/token")
		Mono<ResponseEntity<String>> token(@RequestParam String user,
				@RequestParam(defaultValue = "api") String registration, ServerWebExchange exchange) {
			return this.manager
				.authorize(OAuth2AuthorizeRequest.withClientRegistrationId(registration)
					.principal(RefreshingProcess.principal(user))
					.attribute(ServerWebExchange.class.getName(), exchange)
					.build())
				.map((client) -> ResponseEntity.ok(client.getAccessToken().getTokenValue()))
				.onErrorResume(OAuth2AuthorizationException.class,
						(ex) -> Mono.just(ResponseEntity.status(502).body(ex.getError().getErrorCode())))
				.onErrorResume(WebClientRequestException.class,
						(ex) -> Mono.just(ResponseEntity.status(502).body("not reached")));
		}

		@GetMapping("/kept")
		Mono<String> kept(@RequestParam String user) {
			return this.clients.loadAuthorizedClient("api", user)
				.map((client) -> client.getRefreshToken().getTokenValue())
				.defaultIfEmpty("none");
		}

		@PostMapping("/keep")
		Mono<Void> keep(@RequestParam String user, @RequestParam String refreshToken) {
			return this.registrations.findByRegistrationId("api")
				.flatMap((registration) -> this.clients.saveAuthorizedClient(
						RefreshingProcess.expired(registration, user, refreshToken),
						RefreshingProcess.principal(user)));
		}

		@PostMapping("/before-save/shut")
		void shut() {
			this.gate.shut = true;
		}

		@PostMapping("/before-save/open")
		void open() {
			this.gate.shut = false;
		}

	}

}
