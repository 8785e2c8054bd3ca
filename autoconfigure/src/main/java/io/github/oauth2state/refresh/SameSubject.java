package io.github.oauth2state.refresh;

import java.text.ParseException;

import com.nimbusds.jwt.JWTParser;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * Refuses tokens that come with an ID token of somebody else than the signed-in user
 * (OpenID Connect Core 1.0, section 12.2), before they are saved or offered to anybody.
 * Spring Security checks the rest of the ID token, where it takes notice of it at all.
 */
final class SameSubject {

	private static final String REQUIREMENT = "https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse";

	private SameSubject() {
	}

	static void require(@Nullable CurrentAuthorization authorization, ClientRegistration registration,
			OAuth2AccessTokenResponse response) {
		if (authorization != null && authorization.principal() instanceof OAuth2AuthenticationToken login
				&& login.getAuthorizedClientRegistrationId().equals(registration.getRegistrationId())
				&& login.getPrincipal() instanceof OidcUser user
				&& response.getAdditionalParameters().get(OidcParameterNames.ID_TOKEN) instanceof String idToken
				&& isAboutSomebodyElse(idToken, user)) {
			throw new OAuth2AuthorizationException(
					new OAuth2Error("invalid_id_token", "The ID token is about another subject", REQUIREMENT));
		}
	}

	/**
	 * An ID token that cannot be read here, because it is encrypted for example, is left
	 * to Spring Security.
	 */
	private static boolean isAboutSomebodyElse(String idToken, OidcUser user) {
		try {
			String subject = JWTParser.parse(idToken).getJWTClaimsSet().getSubject();
			return !user.getIdToken().getSubject().equals(subject);
		}
		catch (ParseException | NullPointerException ex) {
			return false;
		}
	}

}
