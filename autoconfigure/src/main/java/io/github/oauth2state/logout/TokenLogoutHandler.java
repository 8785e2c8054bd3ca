package io.github.oauth2state.logout;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.web.authentication.logout.LogoutHandler;

import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.tokens.TokenLogout;

/**
 * Removes the tokens of a user who logs out, and has them revoked. Nothing that fails
 * here keeps the user from logging out.
 */
final class TokenLogoutHandler implements LogoutHandler {

	private final SafeLog log = new SafeLog(TokenLogoutHandler.class);

	private final Consumer<OAuth2AuthorizedClient> revocation;

	private final Supplier<@Nullable OAuth2AuthorizedClientRepository> clients;

	/**
	 * Creates a handler.
	 * @param revocation revokes the tokens
	 * @param clients where the filter chain keeps tokens
	 */
	TokenLogoutHandler(Consumer<OAuth2AuthorizedClient> revocation,
			Supplier<@Nullable OAuth2AuthorizedClientRepository> clients) {
		this.revocation = revocation;
		this.clients = clients;
	}

	/**
	 * Returns a handler that calls all others of a filter chain, for sessions that end
	 * though their user has not logged out. The tokens may be those of another session of
	 * the user then. The list of handlers may still grow.
	 * @param all the handlers of the filter chain
	 */
	static LogoutHandler others(List<LogoutHandler> all) {
		return (request, response, authentication) -> {
			for (LogoutHandler handler : all) {
				if (!(handler instanceof TokenLogoutHandler)) {
					handler.logout(request, response, authentication);
				}
			}
		};
	}

	@Override
	public void logout(HttpServletRequest request, HttpServletResponse response,
			@Nullable Authentication authentication) {
		if (!(authentication instanceof OAuth2AuthenticationToken login)) {
			return;
		}
		try {
			OAuth2AuthorizedClientRepository repository = this.clients.get();
			if (repository != null) {
				removeAndRevoke(repository, login, request, response);
			}
		}
		catch (RuntimeException ex) {
			warn("neither removed nor revoked", login, ex);
		}
	}

	private void removeAndRevoke(OAuth2AuthorizedClientRepository repository, OAuth2AuthenticationToken login,
			HttpServletRequest request, HttpServletResponse response) {
		String registrationId = login.getAuthorizedClientRegistrationId();
		try (TokenLogout logout = TokenLogout.begin(registrationId, login.getName())) {
			OAuth2AuthorizedClient client = repository.loadAuthorizedClient(registrationId, login, request);
			if (client == null) {
				return;
			}
			try {
				repository.removeAuthorizedClient(registrationId, login, request, response);
			}
			catch (RuntimeException ex) {
				warn("revoked, but not removed", login, ex);
				this.revocation.accept(client);
				return;
			}
			logout.removed(client).ifPresent(this.revocation);
		}
	}

	private void warn(String consequence, OAuth2AuthenticationToken login, RuntimeException ex) {
		this.log.write((logger) -> logger.warn("The tokens of a user who logged out are %s: registration %s, %s"
			.formatted(consequence, login.getAuthorizedClientRegistrationId(), SafeLog.describe(ex))));
	}

}
