package io.github.oauth2state.authorizationserver;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationProvider;

/**
 * Puts the parts of an authorization server together that make codes good for one use.
 */
final class SingleUse implements AutoCloseable {

	private final @Nullable CodeLedger ledger;

	private final CodeEventPublisher events;

	private final boolean pendingInStore;

	private final Duration replayWindow;

	/**
	 * Creates the assembly.
	 * @param ledger the records in the store, or {@code null} if there is no store
	 * @param events is told what happens to codes
	 * @param pendingInStore whether authorizations without tokens are kept in the store
	 * @param replayWindow how long after its rotation a refresh token may come again
	 */
	SingleUse(@Nullable CodeLedger ledger, CodeEventPublisher events, boolean pendingInStore, Duration replayWindow) {
		this.ledger = ledger;
		this.events = events;
		this.pendingInStore = pendingInStore;
		this.replayWindow = replayWindow;
	}

	/**
	 * Decorates a service.
	 * @param service the service
	 * @return the decorated service, or the same if there is no store
	 */
	OAuth2AuthorizationService decorate(OAuth2AuthorizationService service) {
		if (this.ledger == null) {
			return service;
		}
		PendingAuthorizations authorizations = new PendingAuthorizations(service, this.ledger, this.events,
				this.pendingInStore);
		return new SingleUseAuthorizationService(service, this.ledger, authorizations, this.events, this.replayWindow);
	}

	/**
	 * Decorates the provider that rotates refresh tokens, if replays are allowed.
	 * @param provider a provider of the server
	 * @param service the decorated service
	 * @return the provider to use
	 */
	AuthenticationProvider decorate(AuthenticationProvider provider, OAuth2AuthorizationService service) {
		return (this.ledger != null && !this.replayWindow.isZero()
				&& provider instanceof OAuth2RefreshTokenAuthenticationProvider)
						? new RefreshTokenReplay(provider, service, this.ledger, this.events, this.replayWindow)
						: provider;
	}

	@Override
	public void close() {
		if (this.ledger != null) {
			this.ledger.close();
		}
	}

}
