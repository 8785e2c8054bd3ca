package io.github.oauth2state.authorizationserver;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;

/**
 * Saves an authorization whose refresh token is revoked, so that it stays revoked. The
 * service keeps what is saved last, and a request that is rotating the token at the same
 * time would bring the grant back. So the token is claimed first, as for a use: a request
 * that comes later is refused, and one that was earlier is awaited, whose new tokens are
 * then revoked. Thread-safe.
 */
final class GrantRevocation {

	/**
	 * How long a request that has claimed a token may take to save. It may have died.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final Duration PAUSE = Duration.ofMillis(20);

	private final OAuth2AuthorizationService service;

	private final CodeLedger ledger;

	/**
	 * Creates a revocation.
	 * @param service the service of the app
	 * @param ledger the records of used tokens
	 */
	GrantRevocation(OAuth2AuthorizationService service, CodeLedger ledger) {
		this.service = service;
		this.ledger = ledger;
	}

	/**
	 * Returns whether an authorization is about to be saved as revoked.
	 */
	static boolean isRevoked(OAuth2Authorization authorization) {
		OAuth2Authorization.Token<OAuth2RefreshToken> token = authorization.getRefreshToken();
		return token != null && token.isInvalidated();
	}

	/**
	 * Saves an authorization with its refresh token revoked, or with the one revoked that
	 * has replaced it.
	 * @param authorization the authorization, with an invalidated refresh token
	 */
	void save(OAuth2Authorization authorization) {
		OAuth2Authorization revoked = authorization;
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!claim(revoked)) {
			OAuth2Authorization current = this.service.findById(revoked.getId());
			OAuth2Authorization.Token<OAuth2RefreshToken> token = (current != null) ? current.getRefreshToken() : null;
			if (current == null || token == null) {
				return;
			}
			if (!token.getToken().getTokenValue().equals(value(revoked))) {
				if (token.isInvalidated()) {
					return;
				}
				revoked = OAuth2Authorization.from(current).invalidate(token.getToken()).build();
			}
			else if (token.isInvalidated() || System.nanoTime() - deadline >= 0 || !pause()) {
				break;
			}
		}
		this.service.save(revoked);
	}

	private boolean claim(OAuth2Authorization revoked) {
		CodeUse use = CodeUse.ofRefreshToken(revoked);
		try {
			return use == null || this.ledger.claim(use, revoked).isPresent();
		}
		catch (RuntimeException ex) {
			// Revoked as the server does it by itself
			return true;
		}
	}

	private static @Nullable String value(OAuth2Authorization authorization) {
		OAuth2Authorization.Token<OAuth2RefreshToken> token = authorization.getRefreshToken();
		return (token != null) ? token.getToken().getTokenValue() : null;
	}

	private static boolean pause() {
		try {
			Thread.sleep(PAUSE.toMillis());
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}
