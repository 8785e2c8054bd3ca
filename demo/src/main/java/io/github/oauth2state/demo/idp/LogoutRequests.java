package io.github.oauth2state.demo.idp;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.oidc.authentication.OidcLogoutAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;

/**
 * Checks what apps send when their users log out. Accepts each ID token of the user that
 * this provider has signed, as other providers do. Spring Authorization Server accepts
 * the last one of a login only, and only in the session that the login comes from. But an
 * app with one set of tokens for each user may have the ID token of another login.
 */
final class LogoutRequests implements AuthenticationProvider {

	private final NimbusJwtDecoder idTokens;

	private final RegisteredClientRepository clients;

	LogoutRequests(JWKSource<SecurityContext> keys, AuthorizationServerSettings settings,
			RegisteredClientRepository clients) {
		this.idTokens = NimbusJwtDecoder.withJwkSource(keys).build();
		// They may have expired
		this.idTokens.setJwtValidator(new JwtIssuerValidator(settings.getIssuer()));
		this.clients = clients;
	}

	@Override
	public Authentication authenticate(Authentication authentication) {
		OidcLogoutAuthenticationToken request = (OidcLogoutAuthenticationToken) authentication;
		Authentication user = (Authentication) request.getPrincipal();
		OidcIdToken idToken = idToken(request.getIdTokenHint());
		if (request.isPrincipalAuthenticated() && !user.getName().equals(idToken.getSubject())) {
			throw refusal("The ID token is of another user");
		}
		RegisteredClient client = this.clients.findByClientId(idToken.getAudience().get(0));
		String redirectUri = request.getPostLogoutRedirectUri();
		if (client == null || (redirectUri != null && !client.getPostLogoutRedirectUris().contains(redirectUri))) {
			throw refusal("The client or its post_logout_redirect_uri is not registered");
		}
		return new OidcLogoutAuthenticationToken(idToken, user, request.getSessionId(), request.getClientId(),
				redirectUri, request.getState());
	}

	private OidcIdToken idToken(@Nullable String hint) {
		try {
			Jwt token = this.idTokens.decode(hint);
			return new OidcIdToken(token.getTokenValue(), token.getIssuedAt(), token.getExpiresAt(), token.getClaims());
		}
		catch (JwtException ex) {
			throw refusal("The ID token is not valid");
		}
	}

	private static OAuth2AuthenticationException refusal(String reason) {
		return new OAuth2AuthenticationException(new OAuth2Error(OAuth2ErrorCodes.INVALID_REQUEST, reason, null));
	}

	@Override
	public boolean supports(Class<?> authentication) {
		return OidcLogoutAuthenticationToken.class.isAssignableFrom(authentication);
	}

}
