package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;

/**
 * An authorization service in which each code is used at most once, however many requests
 * on however many instances present it at the same time.
 * <p>
 * {@link #findByToken} notes on the authorization which code it was found by. When the
 * authorization is saved with that code used up, the code is claimed in the store first,
 * with one command. Of all requests that found the code unused, one gets the claim. The
 * others fail, and hand nothing out. Thread-safe if the service that it decorates is.
 */
final class SingleUseAuthorizationService implements OAuth2AuthorizationService {

	private final OAuth2AuthorizationService service;

	private final CodeLedger ledger;

	private final PendingAuthorizations authorizations;

	private final CodeEventPublisher events;

	private final GrantRevocation revocation;

	private final Duration replayWindow;

	/**
	 * Creates a service.
	 * @param service the service to decorate
	 * @param ledger the records of used codes
	 * @param authorizations finds and keeps authorizations
	 * @param events is told what happens
	 * @param replayWindow how long after its rotation a refresh token may come again
	 */
	SingleUseAuthorizationService(OAuth2AuthorizationService service, CodeLedger ledger,
			PendingAuthorizations authorizations, CodeEventPublisher events, Duration replayWindow) {
		this.service = service;
		this.ledger = ledger;
		this.authorizations = authorizations;
		this.events = events;
		this.revocation = new GrantRevocation(service, ledger);
		this.replayWindow = replayWindow;
	}

	@Override
	public @Nullable OAuth2Authorization findById(String id) {
		OAuth2Authorization found = this.service.findById(id);
		return (found != null) ? CodeUse.unmark(found) : null;
	}

	@Override
	public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType tokenType) {
		OAuth2Authorization found = this.authorizations.find(token, tokenType);
		RegisteredClient client = client();
		if (client == null) {
			// Not redeemed yet: the server authenticates the client with it
			return found;
		}
		CodeUse use = (found != null) ? CodeUse.of(found) : null;
		if (found != null && use != null && use.type() == CodeType.REFRESH_TOKEN
				&& !client.getId().equals(found.getRegisteredClientId())) {
			this.events.publish(CodeOutcome.WRONG_CLIENT, use.type(), found);
		}
		else if (use != null && use.isExpired() && !use.usedBefore() && use.type() != CodeType.DEVICE_CODE) {
			this.events.publish(CodeOutcome.EXPIRED, use.type(), found);
		}
		if (found == null && OAuth2TokenType.REFRESH_TOKEN.equals(tokenType)) {
			revokeFamily(token, client);
		}
		return found;
	}

	@Override
	public void save(OAuth2Authorization authorization) {
		CodeUse use = CodeUse.of(authorization);
		OAuth2Authorization saved = CodeUse.unmark(authorization);
		if (use == null || !use.isUsedUpBy(saved)) {
			if (GrantRevocation.isRevoked(saved)) {
				this.revocation.save(saved);
			}
			else {
				this.authorizations.save(saved, use);
			}
			if (use != null && use.isReuseIn(saved)) {
				this.events.publish(CodeOutcome.REUSED, use.type(), saved);
			}
			else if (use == null || use.type() == CodeType.USER_CODE) {
				this.events.publishIssued(saved, use);
			}
		}
		else if (isWrongClient(use, saved)) {
			// The server invalidates the code, or tokens of the right client
			this.events.publish(CodeOutcome.WRONG_CLIENT, use.type(), saved);
		}
		else {
			useUp(use, saved);
		}
	}

	private void useUp(CodeUse use, OAuth2Authorization saved) {
		Optional<CodeLedger.Claim> claim = claim(use, saved);
		if (claim.isPresent()) {
			releaseOnFailure(claim.get(), () -> this.authorizations.save(saved, use));
			if (use.isExpired() || use.handsOutBy(saved)) {
				this.events.publish(use.isExpired() ? CodeOutcome.EXPIRED : CodeOutcome.REDEEMED, use.type(), saved);
			}
			this.events.publishIssued(saved, use);
		}
		else if (use.handsOutBy(saved)) {
			throw CodeErrors.used(use.type());
		}
	}

	/**
	 * Called for a pushed request that led to a code, and for a consent that was denied.
	 */
	@Override
	public void remove(OAuth2Authorization authorization) {
		CodeUse use = CodeUse.of(authorization);
		OAuth2Authorization removed = CodeUse.unmark(authorization);
		if (use == null || !OAuth2ParameterNames.STATE.equals(use.tokenType())) {
			this.authorizations.remove(removed, use);
			return;
		}
		CodeLedger.Claim claim = claim(use, removed).orElseThrow(() -> CodeErrors.used(use.type()));
		if (use.pending() == null) {
			releaseOnFailure(claim, () -> this.service.remove(removed));
		}
		this.events.publish(use.isExpired() ? CodeOutcome.EXPIRED : CodeOutcome.REDEEMED, use.type(), removed);
	}

	private Optional<CodeLedger.Claim> claim(CodeUse use, OAuth2Authorization authorization) {
		try {
			Optional<CodeLedger.Claim> claim = this.ledger.claim(use, authorization);
			if (claim.isEmpty()) {
				this.events.publish(CodeOutcome.DUPLICATE, use.type(), authorization);
			}
			return claim;
		}
		catch (RuntimeException ex) {
			this.events.publish(CodeOutcome.STORE_ERROR, use.type(), authorization);
			throw CodeErrors.unavailable(use.tokenType(), authorization, ex);
		}
	}

	private void releaseOnFailure(CodeLedger.Claim claim, Runnable work) {
		try {
			work.run();
		}
		catch (RuntimeException | Error ex) {
			this.ledger.release(claim);
			throw ex;
		}
	}

	/**
	 * Revokes the tokens that replaced a refresh token, if a client presents that token
	 * again: somebody may have stolen it (RFC 9700, section 4.14.2). The server itself
	 * does not recognize a replaced token, and only refuses it.
	 */
	private void revokeFamily(String refreshToken, RegisteredClient client) {
		CodeRecord used;
		try {
			used = this.ledger.find(OAuth2ParameterNames.REFRESH_TOKEN, refreshToken).orElse(null);
		}
		catch (RuntimeException ex) {
			this.events.publish(CodeOutcome.STORE_ERROR, CodeType.REFRESH_TOKEN, null);
			if (this.replayWindow.isZero()) {
				// The token is refused in any case
				return;
			}
			throw CodeErrors.unavailable(OAuth2ParameterNames.REFRESH_TOKEN, null, ex);
		}
		String id = (used != null) ? used.usedBy() : null;
		OAuth2Authorization authorization = (id != null) ? this.service.findById(id) : null;
		if (used == null || authorization == null || !client.getId().equals(authorization.getRegisteredClientId())
				|| used.isReplacedBy(authorization, this.replayWindow)) {
			return;
		}
		OAuth2Authorization.Token<? extends OAuth2Token> token = (authorization.getRefreshToken() != null)
				? authorization.getRefreshToken() : authorization.getAccessToken();
		if (token != null) {
			this.revocation.save(OAuth2Authorization.from(authorization).invalidate(token.getToken()).build());
		}
		this.events.publish(CodeOutcome.REUSED, CodeType.REFRESH_TOKEN, authorization);
	}

	private static boolean isWrongClient(CodeUse use, OAuth2Authorization saved) {
		RegisteredClient client = client();
		if (client == null) {
			return false;
		}
		OAuth2AuthorizationRequest request = saved.getAttribute(OAuth2AuthorizationRequest.class.getName());
		return switch (use.type()) {
			case AUTHORIZATION_CODE -> request != null && !client.getClientId().equals(request.getClientId());
			case DEVICE_CODE -> !client.getId().equals(saved.getRegisteredClientId());
			default -> false;
		};
	}

	/**
	 * Returns the client that the server has authenticated for the current request, or
	 * {@code null} if it has authenticated no client.
	 */
	private static @Nullable RegisteredClient client() {
		return (SecurityContextHolder.getContext()
			.getAuthentication() instanceof OAuth2ClientAuthenticationToken authentication
				&& authentication.isAuthenticated()) ? authentication.getRegisteredClient() : null;
	}

}
