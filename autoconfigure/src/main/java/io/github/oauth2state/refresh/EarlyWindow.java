package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.tokens.TokenExpiry;

/**
 * Tells when tokens are refreshed ahead of time. Instances differ by a part of the
 * window, so that one of them is first and the others find its tokens, and an instance
 * tries once in an interval, so that the requests that come meanwhile go on with what
 * they have. Thread-safe.
 */
final class EarlyWindow {

	private static final String PREFIX = "oauth2-state.refresh.early.";

	/**
	 * Closer to its expiry than this, a token may not outlive a try that fails.
	 */
	private static final Duration TOO_LATE = Duration.ofSeconds(10);

	private static final int MAX_REMEMBERED = 10_000;

	private final Duration window;

	private final double jitter;

	private final Duration interval;

	private final int salt;

	private final InstantSource clock;

	private final Map<Integer, Instant> tries = new LinkedHashMap<>();

	private EarlyWindow(Duration window, double jitter, Duration interval, int salt, InstantSource clock) {
		this.window = window;
		this.jitter = jitter;
		this.interval = interval;
		this.salt = salt;
		this.clock = clock;
	}

	/**
	 * Creates a window.
	 * @param properties what was configured
	 * @param defaultWindow the window unless one was configured
	 * @param salt what makes this instance differ from others
	 * @param clock what tells the time
	 */
	static EarlyWindow of(RefreshProperties.Early properties, Duration defaultWindow, int salt, InstantSource clock) {
		Duration configured = properties.window();
		Duration window = PropertyCheck.of(PREFIX + "window", (configured != null) ? configured : defaultWindow)
			.between(Duration.ZERO, Duration.ofHours(1), "Use 0s to 1h, for example 2m.");
		double jitter = PropertyCheck.of(PREFIX + "jitter", properties.jitter())
			.between(0.0, 1.0, "Use 0 to 1, for example 0.5.");
		Duration interval = PropertyCheck.of(PREFIX + "interval", properties.interval())
			.between(Duration.ofSeconds(1), Duration.ofHours(1), "Use 1s to 1h, for example 10s.");
		return new EarlyWindow(window, jitter, interval, salt, clock);
	}

	TokenRefreshAdvice advise(OAuth2AuthorizedClient client) {
		Instant expiresAt = TokenExpiry.of(client.getAccessToken());
		if (this.window.isZero() || client.getRefreshToken() == null || expiresAt == null) {
			return TokenRefreshAdvice.LEAVE;
		}
		Instant now = this.clock.instant();
		int token = hash(client.getAccessToken());
		boolean early = now.isAfter(expiresAt.minus(windowOf(client.getAccessToken(), expiresAt, token)));
		if (!early || now.isAfter(expiresAt.minus(TOO_LATE))) {
			return TokenRefreshAdvice.LEAVE;
		}
		return takeTurn(token, now) ? TokenRefreshAdvice.REFRESH : TokenRefreshAdvice.USE;
	}

	private Duration windowOf(OAuth2AccessToken token, Instant expiresAt, int hash) {
		Duration longest = this.window;
		Instant issuedAt = token.getIssuedAt();
		if (issuedAt != null) {
			Duration halfItsLife = Duration.between(issuedAt, expiresAt).dividedBy(2);
			longest = (halfItsLife.compareTo(longest) < 0) ? halfItsLife : longest;
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

	private boolean takeTurn(int token, Instant now) {
		synchronized (this.tries) {
			Instant last = this.tries.get(token);
			if (last != null && now.isBefore(last.plus(this.interval))) {
				return false;
			}
			this.tries.remove(token);
			this.tries.put(token, now);
			if (this.tries.size() > MAX_REMEMBERED) {
				this.tries.remove(this.tries.keySet().iterator().next());
			}
			return true;
		}
	}

}
