package io.github.oauth2state.refresh;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.TokenRefresh;

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

	@Override
	public String toString() {
		return "LocalKey[hidden]";
	}

}
