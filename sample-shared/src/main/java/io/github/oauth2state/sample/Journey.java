package io.github.oauth2state.sample;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What the picture of a login shows. Its methods are public as templates can call no
 * others.
 *
 * @param login what is known of it
 */
record Journey(LoginTrace login) {

	private static final String UNKNOWN = "unknown";

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS 'UTC'", Locale.ROOT)
		.withZone(ZoneOffset.UTC);

	public String begunOn() {
		String begunOn = this.login.begunOn();
		return (begunOn != null) ? begunOn : UNKNOWN;
	}

	public String begunAt() {
		return time(this.login.begunAt());
	}

	public String finishedOn() {
		return this.login.finishedOn();
	}

	public String finishedAt() {
		return time(this.login.finishedAt());
	}

	public String provider() {
		return this.login.provider();
	}

	public boolean isAcrossInstances() {
		return !begunOn().equals(finishedOn());
	}

	/**
	 * Tells how long the user was away, by the clocks of both instances.
	 */
	public String away() {
		return duration(this.login.begunAt(), this.login.returnedAt());
	}

	/**
	 * Tells how long it took to have the provider confirm the login.
	 */
	public String confirmed() {
		return duration(this.login.returnedAt(), this.login.finishedAt());
	}

	public String total() {
		return duration(this.login.begunAt(), this.login.finishedAt());
	}

	public String path() {
		return this.login.path();
	}

	/**
	 * Says in a word where the login was kept.
	 */
	public String place() {
		return switch (path()) {
			case "session" -> "session";
			case "cookie" -> "browser";
			default -> storeName();
		};
	}

	/**
	 * Says where the login was kept.
	 */
	public String keptIn() {
		return switch (path()) {
			case "session" -> "the HTTP session";
			case "cookie" -> "a sealed cookie of this browser";
			default -> "the store that the instances share (" + storeName() + ")";
		};
	}

	private String storeName() {
		String store = this.login.store();
		return (store != null) ? store : "store";
	}

	/**
	 * Cuts what does not fit into the picture; the text beside it has all.
	 * @param name what to show
	 * @param max how many characters fit
	 */
	public String inBox(String name, int max) {
		int length = name.codePointCount(0, name.length());
		return (length <= max) ? name : name.substring(0, name.offsetByCodePoints(0, max - 1)) + "…";
	}

	private static String time(@Nullable Instant time) {
		return (time != null) ? TIME.format(time) : UNKNOWN;
	}

	private static String duration(@Nullable Instant from, @Nullable Instant to) {
		if (from == null || to == null) {
			return UNKNOWN;
		}
		// Clocks of two instances can differ by more than a login took.
		long millis = Math.max(0, Duration.between(from, to).toMillis());
		return (millis < 1000) ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
	}

}
