package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;

/**
 * Finds and keeps authorizations. They are in the app's service, but for those that no
 * tokens have been issued for yet: where so configured, these are in the store, sealed
 * under their code or state, and expire there by themselves.
 * <p>
 * An authorization that cannot be read back as it was goes to the service, and so does
 * one that the store does not take. Device codes always do: two codes name one
 * authorization, which changes until the device gets its tokens. Whatever is configured,
 * both places are searched, so that instances of two configurations can run side by side.
 */
final class PendingAuthorizations {

	/**
	 * How long a user may take on the consent page.
	 */
	private static final Duration LIFE_OF_STATE = Duration.ofMinutes(30);

	private static final Duration MARGIN = Duration.ofMinutes(1);

	private static final OAuth2TokenType CODE = new OAuth2TokenType(OAuth2ParameterNames.CODE);

	private final OAuth2AuthorizationService service;

	private final CodeLedger ledger;

	private final CodeEventPublisher events;

	private final boolean inStore;

	private final AuthorizationCodec codec = new AuthorizationCodec();

	/**
	 * Creates the place of authorizations.
	 * @param service the service of the app
	 * @param ledger the records of codes
	 * @param events is told that the store fails
	 * @param inStore whether new authorizations are kept in the store
	 */
	PendingAuthorizations(OAuth2AuthorizationService service, CodeLedger ledger, CodeEventPublisher events,
			boolean inStore) {
		this.service = service;
		this.ledger = ledger;
		this.events = events;
		this.inStore = inStore;
	}

	/**
	 * Finds an authorization, and notes on it which code it was found by.
	 * @param token what to look for
	 * @param tokenType what it is, or {@code null} if it may be any token
	 * @return the authorization, or {@code null} if it was not found
	 */
	@Nullable OAuth2Authorization find(String token, @Nullable OAuth2TokenType tokenType) {
		if (tokenType == null || !mayBePending(tokenType)) {
			OAuth2Authorization found = findInService(token, tokenType);
			return (found != null || tokenType != null || !this.inStore) ? found : findCodeOfUnknownType(token);
		}
		if (this.inStore) {
			OAuth2Authorization found = findInStore(token, tokenType);
			return (found != null) ? found : findInService(token, tokenType);
		}
		OAuth2Authorization found = findInService(token, tokenType);
		return (found != null) ? found : findInStore(token, tokenType);
	}

	/**
	 * Finds what a client revokes or asks about. It may be a code.
	 */
	private @Nullable OAuth2Authorization findCodeOfUnknownType(String token) {
		try {
			return read(this.ledger.find(OAuth2ParameterNames.CODE, token).orElse(null), token, CODE);
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	private static boolean mayBePending(OAuth2TokenType tokenType) {
		return tokenType.getValue().equals(OAuth2ParameterNames.CODE)
				|| tokenType.getValue().equals(OAuth2ParameterNames.STATE);
	}

	private @Nullable OAuth2Authorization findInService(String token, @Nullable OAuth2TokenType tokenType) {
		OAuth2Authorization found = this.service.findByToken(token, tokenType);
		return (found != null) ? CodeUse.mark(found, tokenType, token, null) : null;
	}

	private @Nullable OAuth2Authorization findInStore(String token, OAuth2TokenType tokenType) {
		CodeRecord entry;
		try {
			entry = this.ledger.find(tokenType.getValue(), token).orElse(null);
		}
		catch (RuntimeException ex) {
			OAuth2Authorization found = this.inStore ? findInService(token, tokenType) : null;
			if (found != null) {
				return found;
			}
			this.events.publish(CodeOutcome.STORE_ERROR, tokenType.getValue().equals(OAuth2ParameterNames.CODE)
					? CodeType.AUTHORIZATION_CODE : CodeType.CONSENT, null);
			throw CodeErrors.unavailable(tokenType.getValue(), null, ex);
		}
		return read(entry, token, tokenType);
	}

	private @Nullable OAuth2Authorization read(@Nullable CodeRecord entry, String token, OAuth2TokenType tokenType) {
		if (entry == null || entry.usedBy() != null) {
			return null;
		}
		return this.codec.read(entry.content(), token)
			.map((found) -> CodeUse.mark(found, tokenType, token, entry.bytes()))
			.orElse(null);
	}

	/**
	 * Keeps an authorization.
	 * @param authorization the authorization, without the note
	 * @param use the code that it was found by, or {@code null} if it is new
	 */
	void save(OAuth2Authorization authorization, @Nullable CodeUse use) {
		boolean same = use != null && !use.isUsedUpBy(authorization);
		if (!this.inStore || !isPending(authorization) || !put(authorization, same ? use : null)) {
			this.service.save(authorization);
		}
		else if (use != null && use.pending() == null) {
			// It was in the service, and is not needed there before there are tokens
			OAuth2Authorization moved = this.service.findById(authorization.getId());
			if (moved != null) {
				this.service.remove(moved);
			}
		}
	}

	/**
	 * Removes an authorization.
	 * @param authorization the authorization, without the note
	 * @param use the code that it was found by, or {@code null} if that is not known
	 */
	void remove(OAuth2Authorization authorization, @Nullable CodeUse use) {
		if (use == null || use.pending() == null) {
			this.service.remove(authorization);
			return;
		}
		try {
			this.ledger.remove(use);
		}
		catch (RuntimeException ex) {
			this.events.publish(CodeOutcome.STORE_ERROR, use.type(), authorization);
			throw CodeErrors.unavailable(use.tokenType(), authorization, ex);
		}
	}

	private static boolean isPending(OAuth2Authorization authorization) {
		OAuth2Authorization.Token<OAuth2AuthorizationCode> code = authorization.getToken(OAuth2AuthorizationCode.class);
		return AuthorizationGrantType.AUTHORIZATION_CODE.equals(authorization.getAuthorizationGrantType())
				&& authorization.getAccessToken() == null && ((code != null) ? !code.isInvalidated()
						: authorization.getAttribute(OAuth2ParameterNames.STATE) != null);
	}

	private boolean put(OAuth2Authorization authorization, @Nullable CodeUse same) {
		Map<String, Object> content = this.codec.write(authorization).orElse(null);
		if (content == null || (same != null && same.pending() == null)) {
			return false;
		}
		OAuth2Authorization.Token<OAuth2AuthorizationCode> code = authorization.getToken(OAuth2AuthorizationCode.class);
		byte[] previous = (same != null) ? same.pending() : null;
		try {
			return (code != null)
					? this.ledger.put(OAuth2ParameterNames.CODE, code.getToken().getTokenValue(), content,
							life(code.getToken()), previous)
					: this.ledger.put(OAuth2ParameterNames.STATE, state(authorization), content, LIFE_OF_STATE,
							previous);
		}
		catch (RuntimeException ex) {
			// The service takes it, and nobody notices
			return false;
		}
	}

	private static String state(OAuth2Authorization authorization) {
		String state = authorization.getAttribute(OAuth2ParameterNames.STATE);
		return (state != null) ? state : "";
	}

	private static Duration life(OAuth2AuthorizationCode code) {
		Instant expiry = (code.getExpiresAt() != null) ? code.getExpiresAt() : Instant.now().plus(LIFE_OF_STATE);
		Duration rest = Duration.between(Instant.now(), expiry);
		return (rest.isNegative() ? Duration.ZERO : rest).plus(MARGIN);
	}

}
