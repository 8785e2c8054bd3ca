package io.github.oauth2state.authorizationserver;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationProvider;

import io.github.oauth2state.authorizationserver.AuthorizationServerProperties.Pending;

/**
 * Puts the parts of an authorization server together that make codes good for one use.
 */
final class SingleUse {

	private final AuthorizationServerProperties properties;

	private final @Nullable CodeLedger ledger;

	private final CodeEventPublisher events;

	/**
	 * Creates the assembly.
	 * @param properties the properties
	 * @param ledger the records in the store, or {@code null} if there is no store
	 * @param events is told what happens to codes
	 */
	SingleUse(AuthorizationServerProperties properties, @Nullable CodeLedger ledger, CodeEventPublisher events) {
		this.properties = properties;
		this.ledger = ledger;
		this.events = events;
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
				this.properties.pending() == Pending.STORE);
		return new SingleUseAuthorizationService(service, this.ledger, authorizations, this.events,
				this.properties.checkedReuseDetection(), this.properties.checkedReplayWindow());
	}

	/**
	 * Decorates the provider that rotates refresh tokens, if replays are allowed.
	 * @param provider a provider of the server
	 * @param service the decorated service
	 * @return the provider to use
	 */
	AuthenticationProvider decorate(AuthenticationProvider provider, OAuth2AuthorizationService service) {
		Duration window = this.properties.checkedReplayWindow();
		return (this.ledger != null && !window.isZero() && provider instanceof OAuth2RefreshTokenAuthenticationProvider)
				? new RefreshTokenReplay(provider, service, this.ledger, this.events, window) : provider;
	}

}
