package io.github.oauth2state.refresh;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.util.Assert;

import io.github.oauth2state.DueTokens;

/**
 * The tokens that one request of Spring Security asks for: by a refresh token (RFC 6749,
 * section 6), or by client credentials (section 4.4).
 */
class RequestedTokens implements DueTokens {

	private final AbstractOAuth2AuthorizationGrantRequest request;

	private final @Nullable CurrentAuthorization authorization;

	private final @Nullable String principalName;

	RequestedTokens(AbstractOAuth2AuthorizationGrantRequest request, @Nullable CurrentAuthorization authorization,
			@Nullable String principalName) {
		this.request = request;
		this.authorization = authorization;
		this.principalName = principalName;
	}

	/**
	 * Describes tokens by client credentials that were obtained earlier.
	 */
	static DueTokens obtained(ClientRegistration registration, String principalName) {
		return new RequestedTokens(new OAuth2ClientCredentialsGrantRequest(registration), null, principalName);
	}

	static @Nullable String principalName(AbstractOAuth2AuthorizationGrantRequest request,
			@Nullable CurrentAuthorization authorization) {
		if (authorization == null) {
			return null;
		}
		return (request instanceof OAuth2RefreshTokenGrantRequest) ? authorization.principalName()
				: authorization.nameInStore();
	}

	AbstractOAuth2AuthorizationGrantRequest request() {
		return this.request;
	}

	@Nullable CurrentAuthorization authorization() {
		return this.authorization;
	}

	@Override
	public ClientRegistration registration() {
		return this.request.getClientRegistration();
	}

	@Override
	public @Nullable String principalName() {
		return this.principalName;
	}

	@Override
	public @Nullable OAuth2AccessToken accessToken() {
		return (this.request instanceof OAuth2RefreshTokenGrantRequest refresh) ? refresh.getAccessToken() : null;
	}

	@Override
	public @Nullable OAuth2RefreshToken refreshToken() {
		return (this.request instanceof OAuth2RefreshTokenGrantRequest refresh) ? refresh.getRefreshToken() : null;
	}

	@Override
	public Set<String> scopes() {
		if (this.request instanceof OAuth2RefreshTokenGrantRequest refresh) {
			return refresh.getScopes();
		}
		return Objects.requireNonNullElse(registration().getScopes(), Set.of());
	}

	/**
	 * Refuses tokens of another user, before they are published to other requests.
	 */
	void requireSameSubject(OAuth2AccessTokenResponse response) {
		if (this.authorization != null && refreshToken() != null) {
			this.authorization.requireSameSubject(response);
		}
	}

	/**
	 * Returns the name by which newer tokens may be stored, or empty if nobody needs to
	 * look for them.
	 */
	Optional<String> nameOfStored() {
		return (refreshToken() != null && this.authorization != null && this.authorization.isSignedIn())
				? Optional.of(this.authorization.principalName()) : Optional.empty();
	}

	/**
	 * Returns the request for the tokens that come after a refresh.
	 */
	OAuth2RefreshTokenGrantRequest nextRequest(OAuth2AccessTokenResponse response) {
		OAuth2RefreshToken next = response.getRefreshToken();
		Assert.notNull(next, "Without a refresh token there is no next refresh");
		return new OAuth2RefreshTokenGrantRequest(registration(), response.getAccessToken(), next, scopes());
	}

	/**
	 * Returns a text without the tokens and the client's secret.
	 */
	@Override
	public String toString() {
		return getClass().getSimpleName() + "[" + registration().getRegistrationId() + "]";
	}

}
