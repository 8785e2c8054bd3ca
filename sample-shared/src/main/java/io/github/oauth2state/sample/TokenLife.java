package io.github.oauth2state.sample;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * For how long an access token is good. Its methods are public as templates can call no
 * others.
 *
 * @param expiresAt when it expires
 * @param now the time
 */
record TokenLife(Instant expiresAt, Instant now) {

	/** How long before its expiry Spring Security takes a token for due. */
	private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT)
		.withZone(ZoneOffset.UTC);

	public String time() {
		return TIME.format(this.expiresAt);
	}

	public long dueAtMillis() {
		return this.expiresAt.minus(CLOCK_SKEW).toEpochMilli();
	}

	/**
	 * Says in words when it is due; the script says the same as time goes by.
	 */
	public String due() {
		// Rounded up: it is not due in the last second before.
		long seconds = -Math.floorDiv(this.now.toEpochMilli() - dueAtMillis(), 1000L);
		return (seconds > 0) ? "due in " + seconds + " s" : "due now";
	}

}
