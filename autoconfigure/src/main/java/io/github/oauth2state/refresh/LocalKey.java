package io.github.oauth2state.refresh;

import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.tokens.ClientIdentity;

/**
 * Which requests of one instance want the same: those of one user with the same tokens,
 * for the same scopes.
 */
record LocalKey(ClientIdentity client, @Nullable String principalName, @Nullable String accessToken,
		@Nullable String refreshToken, Set<String> scopes) {

	static LocalKey of(TokenRefresh refresh) {
		OAuth2AccessToken accessToken = refresh.accessToken();
		OAuth2RefreshToken refreshToken = refresh.refreshToken();
		return new LocalKey(ClientIdentity.of(refresh.registration()), refresh.principalName(),
				(accessToken != null) ? accessToken.getTokenValue() : null,
				(refreshToken != null) ? refreshToken.getTokenValue() : null, refresh.scopes());
	}

	/**
	 * Tells which requests may share what one of them obtains. Tokens by client
	 * credentials are for one principal, unless the app says otherwise, and for nobody
	 * else where Spring Security keeps them by session.
	 * @return the key, or empty if no other request may
	 */
	static Optional<LocalKey> of(TokenRefresh refresh, KeyScope scope) {
		LocalKey key = of(refresh);
		if (refresh.refreshToken() != null) {
			return Optional.of(key);
		}
		if (scope != KeyScope.PRINCIPAL) {
			return Optional.of(new LocalKey(key.client(), null, key.accessToken(), null, key.scopes()));
		}
		return (key.principalName() != null) ? Optional.of(key) : Optional.empty();
	}

	@Override
	public String toString() {
		return "LocalKey[hidden]";
	}

}
