package io.github.oauth2state.refresh;

import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.function.Supplier;

import com.nimbusds.jwt.JWTParser;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

/**
 * Describes the authorization that Spring Security performs on this thread, or in one
 * Reactor context. The request for tokens itself does not say for which user it is.
 */
final class CurrentAuthorization {

	private static final ThreadLocal<@Nullable CurrentAuthorization> CURRENT = new ThreadLocal<>();

	private static final AuthenticationTrustResolver TRUST = new AuthenticationTrustResolverImpl();

	private static final String SAME_SUBJECT_RULE = "https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse";

	private final OAuth2AuthorizationContext context;

	private final boolean early;

	private final boolean keptByName;

	private @Nullable OAuth2AccessTokenResponse refreshed;

	/**
	 * Creates an authorization.
	 * @param context the context of Spring Security
	 * @param early whether the tokens are refreshed ahead of time
	 * @param keptByName whether the manager keeps the tokens of all users by name, and
	 * none by session
	 */
	CurrentAuthorization(OAuth2AuthorizationContext context, boolean early, boolean keptByName) {
		this.context = context;
		this.early = early;
		this.keptByName = keptByName;
	}

	/**
	 * Returns the current authorization, if it wants tokens of a registration. A listener
	 * or a token client may want tokens of another one, through a manager that does not
	 * say for which user.
	 */
	static @Nullable CurrentAuthorization of(ClientRegistration registration) {
		CurrentAuthorization current = CURRENT.get();
		return (current != null && current.wants(registration)) ? current : null;
	}

	/**
	 * Returns whether this authorization wants tokens of a registration.
	 */
	boolean wants(ClientRegistration registration) {
		return ClientIdentity.of(this.context.getClientRegistration()).equals(ClientIdentity.of(registration));
	}

	/**
	 * Runs an action as a part of this authorization.
	 */
	<T extends @Nullable Object> T call(Supplier<T> action) {
		CurrentAuthorization outer = CURRENT.get();
		CURRENT.set(this);
		try {
			return action.get();
		}
		finally {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		}
	}

	boolean isEarly() {
		return this.early;
	}

	/**
	 * Returns the user, or {@code null} if nobody is known: all anonymous users have the
	 * same name.
	 */
	@Nullable Authentication user() {
		return TRUST.isAnonymous(this.context.getPrincipal()) ? null : this.context.getPrincipal();
	}

	String principalName() {
		return this.context.getPrincipal().getName();
	}

	/**
	 * Returns whether the user is signed in. All anonymous users have the same name, but
	 * each has tokens of their own, in the session.
	 */
	boolean isSignedIn() {
		Authentication principal = this.context.getPrincipal();
		return !TRUST.isAnonymous(principal) && principal.isAuthenticated();
	}

	/**
	 * Returns the name by which the tokens are kept, or {@code null} if they are kept by
	 * session, or if the name is not valid Unicode: in a key, it would look like others.
	 */
	@Nullable String nameInStore() {
		String name = principalName();
		boolean kept = (this.keptByName || isSignedIn()) && StandardCharsets.UTF_8.newEncoder().canEncode(name);
		return kept ? name : null;
	}

	/**
	 * Returns the tokens of the refresh that was part of this authorization.
	 */
	@Nullable OAuth2AccessTokenResponse refreshed() {
		return this.refreshed;
	}

	void setRefreshed(OAuth2AccessTokenResponse response) {
		this.refreshed = response;
	}

	/**
	 * Refuses tokens with an ID token of another user (OpenID Connect Core 1.0, section
	 * 12.2). Spring Security checks the rest of the ID token, if it uses it.
	 * @throws OAuth2AuthorizationException if the ID token has another subject than the
	 * signed-in user
	 */
	void requireSameSubject(OAuth2AccessTokenResponse response) {
		String registrationId = this.context.getClientRegistration().getRegistrationId();
		if (this.context.getPrincipal() instanceof OAuth2AuthenticationToken login
				&& login.getAuthorizedClientRegistrationId().equals(registrationId)
				&& login.getPrincipal() instanceof OidcUser user
				&& response.getAdditionalParameters().get(OidcParameterNames.ID_TOKEN) instanceof String idToken
				&& hasOtherSubject(idToken, user)) {
			throw new OAuth2AuthorizationException(
					new OAuth2Error("invalid_id_token", "The ID token is about another subject", SAME_SUBJECT_RULE));
		}
	}

	/**
	 * An ID token that cannot be read here, for example because it is encrypted, is left
	 * to Spring Security.
	 */
	private static boolean hasOtherSubject(String idToken, OidcUser user) {
		try {
			String subject = JWTParser.parse(idToken).getJWTClaimsSet().getSubject();
			return !user.getIdToken().getSubject().equals(subject);
		}
		catch (ParseException | NullPointerException ex) {
			return false;
		}
	}

}
