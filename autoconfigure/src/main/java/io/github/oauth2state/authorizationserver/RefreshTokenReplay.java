package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;

/**
 * Gives a client that presents a refresh token again shortly after it was rotated the
 * same new tokens, in place of an error: its first request may still be under way, or its
 * answer may have been lost. No other tokens are issued. Thread-safe.
 */
final class RefreshTokenReplay implements AuthenticationProvider {

	/**
	 * How long the request that rotates the token may take to save.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final Duration PAUSE = Duration.ofMillis(50);

	private final AuthenticationProvider provider;

	private final OAuth2AuthorizationService service;

	private final CodeLedger ledger;

	private final CodeEventPublisher events;

	private final Duration window;

	/**
	 * Creates a provider.
	 * @param provider the provider of the server
	 * @param service has the authorizations
	 * @param ledger the records of used tokens
	 * @param events is told of replays
	 * @param window how long after the rotation replays are given
	 */
	RefreshTokenReplay(AuthenticationProvider provider, OAuth2AuthorizationService service, CodeLedger ledger,
			CodeEventPublisher events, Duration window) {
		this.provider = provider;
		this.service = service;
		this.ledger = ledger;
		this.events = events;
		this.window = window;
	}

	@Override
	public @Nullable Authentication authenticate(Authentication authentication) {
		try {
			return this.provider.authenticate(authentication);
		}
		catch (OAuth2AuthenticationException ex) {
			Authentication replayed = OAuth2ErrorCodes.INVALID_GRANT.equals(ex.getError().getErrorCode())
					? replay((OAuth2RefreshTokenAuthenticationToken) authentication) : null;
			if (replayed == null) {
				throw ex;
			}
			return replayed;
		}
	}

	@Override
	public boolean supports(Class<?> authentication) {
		return this.provider.supports(authentication);
	}

	private @Nullable Authentication replay(OAuth2RefreshTokenAuthenticationToken request) {
		RegisteredClient client = (request.getPrincipal() instanceof OAuth2ClientAuthenticationToken principal)
				? principal.getRegisteredClient() : null;
		OAuth2Authorization authorization = (client != null) ? findSuccessor(request.getRefreshToken(), client) : null;
		if (client == null || authorization == null || !isReplayable(authorization, request)) {
			return null;
		}
		OAuth2RefreshToken refreshToken = token(authorization, OAuth2RefreshToken.class);
		OAuth2AccessToken accessToken = token(authorization, OAuth2AccessToken.class);
		OidcIdToken idToken = token(authorization, OidcIdToken.class);
		Map<String, Object> parameters = new HashMap<>();
		if (idToken != null) {
			parameters.put(OidcParameterNames.ID_TOKEN, idToken.getTokenValue());
		}
		this.events.publish(CodeOutcome.REPLAYED, CodeType.REFRESH_TOKEN, authorization);
		return new OAuth2AccessTokenAuthenticationToken(client, (Authentication) request.getPrincipal(), accessToken,
				refreshToken, parameters);
	}

	/**
	 * Returns the authorization with the tokens that replaced the given one, if that was
	 * recently and they have not been replaced themselves.
	 */
	private @Nullable OAuth2Authorization findSuccessor(String refreshToken, RegisteredClient client) {
		CodeRecord used = findUsed(refreshToken);
		String id = (used != null) ? used.usedBy() : null;
		if (used == null || id == null) {
			return null;
		}
		do {
			OAuth2Authorization authorization = this.service.findById(id);
			if (authorization == null || !client.getId().equals(authorization.getRegisteredClientId())) {
				return null;
			}
			if (used.isReplacedBy(authorization, this.window)) {
				return authorization;
			}
			OAuth2Authorization.Token<OAuth2RefreshToken> current = authorization.getRefreshToken();
			if (current == null || current.isInvalidated()
					|| !current.getToken().getTokenValue().equals(refreshToken)) {
				return null;
			}
		}
		while (used.isReplacedWithin(PATIENCE) && pause());
		return null;
	}

	private @Nullable CodeRecord findUsed(String refreshToken) {
		try {
			return this.ledger.find(OAuth2ParameterNames.REFRESH_TOKEN, refreshToken).orElse(null);
		}
		catch (RuntimeException ex) {
			// The token stays refused
			return null;
		}
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

	/**
	 * Tokens that are bound to a key are not replayed, as the request's proof was not
	 * checked, and neither are tokens of another scope.
	 */
	private static boolean isReplayable(OAuth2Authorization authorization,
			OAuth2RefreshTokenAuthenticationToken request) {
		OAuth2Authorization.Token<OAuth2AccessToken> access = authorization.getToken(OAuth2AccessToken.class);
		OAuth2Authorization.Token<OAuth2RefreshToken> refresh = authorization.getToken(OAuth2RefreshToken.class);
		return access != null && access.isActive() && refresh != null && refresh.isActive()
				&& OAuth2AccessToken.TokenType.BEARER.equals(access.getToken().getTokenType())
				&& (request.getScopes().isEmpty() || request.getScopes().equals(access.getToken().getScopes()));
	}

	private static <T extends OAuth2Token> @Nullable T token(OAuth2Authorization authorization, Class<T> type) {
		OAuth2Authorization.Token<T> token = authorization.getToken(type);
		return (token != null) ? token.getToken() : null;
	}

}
