package io.github.oauth2state.refresh;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * A token client without a network: rotates refresh tokens, and revokes a family when one
 * of its tokens comes twice, as RFC 9700, section 4.14.2, has it. Refresh tokens are
 * {@code family.generation}.
 */
final class StrictProvider implements OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> {

	final AtomicInteger calls = new AtomicInteger();

	private final Map<String, Integer> current = new ConcurrentHashMap<>();

	private final Set<String> revoked = new HashSet<>();

	volatile Runnable during = () -> {
	};

	volatile boolean rotates = true;

	volatile boolean strict = true;

	volatile boolean answersNothing;

	volatile long expiresIn = 300;

	volatile @Nullable String accessToken;

	volatile String padding = "";

	volatile Map<String, Object> additional = Map.of();

	volatile @Nullable RuntimeException failure;

	@Override
	@SuppressWarnings("NullAway")
	public OAuth2AccessTokenResponse getTokenResponse(OAuth2RefreshTokenGrantRequest request) {
		int call = this.calls.incrementAndGet();
		this.during.run();
		RuntimeException fails = this.failure;
		if (fails != null) {
			throw fails;
		}
		if (this.answersNothing) {
			return null;
		}
		String given = request.getRefreshToken().getTokenValue();
		String same = this.accessToken;
		String access = (same != null) ? same : "access-" + given + "-" + call + this.padding;
		return OAuth2AccessTokenResponse.withToken(access)
			.tokenType(OAuth2AccessToken.TokenType.BEARER)
			.expiresIn(this.expiresIn)
			.scopes(request.getScopes().isEmpty() ? Set.of("openid", "read") : request.getScopes())
			.refreshToken(rotate(given))
			.additionalParameters(this.additional)
			.build();
	}

	private synchronized String rotate(String given) {
		String[] parts = given.split("\\.", 2);
		int generation = Integer.parseInt(parts[1]);
		if (!this.rotates) {
			return given;
		}
		if (this.strict && (this.revoked.contains(parts[0]) || this.current.getOrDefault(parts[0], 0) != generation)) {
			this.revoked.add(parts[0]);
			throw new OAuth2AuthorizationException(new OAuth2Error("invalid_grant", "Reused", null));
		}
		this.current.put(parts[0], generation + 1);
		return parts[0] + "." + (generation + 1);
	}

	static OAuth2AuthorizationException error(String code) {
		return new OAuth2AuthorizationException(new OAuth2Error(code, "The provider says no", null));
	}

}
