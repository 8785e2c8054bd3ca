package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

/**
 * Tells when access tokens expire, where the provider said so. One that does not send
 * {@code expires_in} (RFC 6749, section 5.1), or sends zero or less, gets a life of one
 * second from Spring Security, which would otherwise be taken for the truth.
 */
public final class TokenExpiry {

	private static final Duration UNKNOWN = Duration.ofSeconds(1);

	private TokenExpiry() {
	}

	/**
	 * Returns when a token expires.
	 * @param token the token
	 * @return the time, or {@code null} if nobody knows
	 */
	public static @Nullable Instant of(OAuth2AccessToken token) {
		Instant issuedAt = token.getIssuedAt();
		Instant expiresAt = token.getExpiresAt();
		if (issuedAt == null || expiresAt == null) {
			return expiresAt;
		}
		return (Duration.between(issuedAt, expiresAt).compareTo(UNKNOWN) > 0) ? expiresAt : null;
	}

}
