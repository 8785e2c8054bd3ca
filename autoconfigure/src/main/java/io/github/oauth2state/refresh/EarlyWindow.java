package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Tells when to refresh tokens ahead of time. The window in which to do so differs
 * between instances, so that one is first and the others find its tokens. An instance
 * makes one attempt in an interval. Thread-safe.
 */
final class EarlyWindow {

	private static final Duration MIN_TOO_LATE = Duration.ofSeconds(10);

	private static final int MAX_REMEMBERED = 10_000;

	private final Duration window;

	/**
	 * Closer to its expiry than this, a token may expire during a failed attempt, which
	 * may wait for another request.
	 */
	private final Duration tooLate;

	private final double jitter;

	private final Duration interval;

	private final int salt;

	private final InstantSource clock;

	private final Map<Integer, Instant> attempts = new LinkedHashMap<>();

	/**
	 * Creates a window.
	 * @param properties the configured properties
	 * @param defaultWindow how long it is unless one is configured
	 * @param salt makes this instance differ from others
	 * @param clock tells the time
	 */
	EarlyWindow(RefreshProperties properties, Duration defaultWindow, int salt, InstantSource clock) {
		this.window = Objects.requireNonNullElse(properties.early().window(), defaultWindow);
		this.tooLate = max(MIN_TOO_LATE, min(properties.waitTimeout(), this.window.dividedBy(2)));
		this.jitter = properties.early().jitter();
		this.interval = properties.early().interval();
		this.salt = salt;
		this.clock = clock;
	}

	private static Duration min(Duration a, Duration b) {
		return (a.compareTo(b) < 0) ? a : b;
	}

	private static Duration max(Duration a, Duration b) {
		return (a.compareTo(b) > 0) ? a : b;
	}

	/**
	 * Tells what to do with tokens that are still valid.
	 */
	TokenRefreshAdvice advice(OAuth2AuthorizedClient client) {
		Instant expiresAt = TokenLineage.expiry(client.getAccessToken());
		if (this.window.isZero() || client.getRefreshToken() == null || expiresAt == null) {
			return TokenRefreshAdvice.LEAVE;
		}
		Instant now = this.clock.instant();
		int token = hash(client.getAccessToken());
		boolean early = now.isAfter(expiresAt.minus(window(client.getAccessToken(), expiresAt, token)));
		if (!early || now.isAfter(expiresAt.minus(this.tooLate))) {
			return TokenRefreshAdvice.LEAVE;
		}
		return tryStartAttempt(token, now) ? TokenRefreshAdvice.REFRESH : TokenRefreshAdvice.USE;
	}

	private Duration window(OAuth2AccessToken token, Instant expiresAt, int hash) {
		Duration longest = this.window;
		Instant issuedAt = token.getIssuedAt();
		if (issuedAt != null) {
			Duration halfLife = Duration.between(issuedAt, expiresAt).dividedBy(2);
			longest = min(halfLife, longest);
		}
		double part = (hash >>> 1) / (double) Integer.MAX_VALUE;
		return longest.minusMillis((long) (longest.toMillis() * this.jitter * part));
	}

	private int hash(OAuth2AccessToken token) {
		int hash = token.getTokenValue().hashCode() * 31 + this.salt;
		hash ^= hash >>> 16;
		hash *= 0x7feb352d;
		hash ^= hash >>> 15;
		return hash;
	}

	private boolean tryStartAttempt(int token, Instant now) {
		synchronized (this.attempts) {
			Instant last = this.attempts.get(token);
			if (last != null && now.isBefore(last.plus(this.interval))) {
				return false;
			}
			this.attempts.remove(token);
			this.attempts.put(token, now);
			if (this.attempts.size() > MAX_REMEMBERED) {
				this.attempts.remove(this.attempts.keySet().iterator().next());
			}
			return true;
		}
	}

}
