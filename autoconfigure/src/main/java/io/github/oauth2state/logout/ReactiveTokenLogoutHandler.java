package io.github.oauth2state.logout;

import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.tokens.TokenLogout;

/**
 * What {@link TokenLogoutHandler} is to a servlet app.
 */
final class ReactiveTokenLogoutHandler implements ServerLogoutHandler {

	private final SafeLog log = new SafeLog(ReactiveTokenLogoutHandler.class);

	private final Consumer<OAuth2AuthorizedClient> revocation;

	private final Supplier<@Nullable ServerOAuth2AuthorizedClientRepository> clients;

	/**
	 * Creates a handler.
	 * @param revocation revokes the tokens
	 * @param clients where the filter chain keeps tokens
	 */
	ReactiveTokenLogoutHandler(Consumer<OAuth2AuthorizedClient> revocation,
			Supplier<@Nullable ServerOAuth2AuthorizedClientRepository> clients) {
		this.revocation = revocation;
		this.clients = clients;
	}

	@Override
	public Mono<Void> logout(WebFilterExchange exchange, Authentication authentication) {
		if (!(authentication instanceof OAuth2AuthenticationToken login)) {
			return Mono.empty();
		}
		return Mono.defer(() -> {
			ServerOAuth2AuthorizedClientRepository repository = this.clients.get();
			return (repository != null) ? removeAndRevoke(repository, login, exchange.getExchange()) : Mono.empty();
		}).onErrorResume((ex) -> {
			warn("neither removed nor revoked", login, ex);
			return Mono.empty();
		});
	}

	private Mono<Void> removeAndRevoke(ServerOAuth2AuthorizedClientRepository repository,
			OAuth2AuthenticationToken login, ServerWebExchange exchange) {
		String registrationId = login.getAuthorizedClientRegistrationId();
		TokenLogout logout = TokenLogout.unbound(registrationId, login.getName());
		return repository.loadAuthorizedClient(registrationId, login, exchange)
			.flatMap((client) -> repository.removeAuthorizedClient(registrationId, login, exchange)
				.then(Mono.<Void>fromRunnable(() -> logout.removed(client).ifPresent(this.revocation)))
				.onErrorResume((ex) -> {
					warn("revoked, but not removed", login, ex);
					return Mono.fromRunnable(() -> this.revocation.accept(client));
				}))
			.contextWrite((context) -> context.put(TokenLogout.class, logout));
	}

	private void warn(String consequence, OAuth2AuthenticationToken login, Throwable ex) {
		this.log.write((logger) -> logger.warn("The tokens of a user who logged out are %s: registration %s, %s"
			.formatted(consequence, login.getAuthorizedClientRegistrationId(), SafeLog.describe(ex))));
	}

}
