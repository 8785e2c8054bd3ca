package io.github.oauth2state.rollout;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What the store has of a percentage that was set: {@code <version>;<percentage or
 * ->;<milliseconds since 1970>}, and where keys are configured {@code ;<tags>}. A reader
 * accepts the next version too, and skips what that adds.
 *
 * @param percentage the percentage, or {@code null} if it was cleared, which is kept for
 * as long, so that it can be told from a store that lost its data
 * @param written when it was written
 * @param tags what {@link PercentageTags} made of the rest, or empty without keys
 */
record PercentageRecord(@Nullable Percentage percentage, Instant written, String tags) {

	/**
	 * How far the clocks of instances may differ.
	 */
	static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

	private static final int MAX_LENGTH = 100;

	private static final Pattern TEXT = Pattern.compile("[12];(-|[0-9.]{1,10});([0-9]{1,15})(?:;([^;]*))?(;.*)?");

	PercentageRecord(@Nullable Percentage percentage, Instant written) {
		this(percentage, written, "");
	}

	static Optional<PercentageRecord> parse(byte[] value) {
		if (value.length > MAX_LENGTH) {
			return Optional.empty();
		}
		Matcher matcher = TEXT.matcher(new String(value, StandardCharsets.US_ASCII));
		if (!matcher.matches()) {
			return Optional.empty();
		}
		Instant written = Instant.ofEpochMilli(Long.parseLong(matcher.group(2)));
		String tags = (matcher.group(3) != null) ? matcher.group(3) : "";
		if (matcher.group(1).equals("-")) {
			return Optional.of(new PercentageRecord(null, written, tags));
		}
		return Percentage.parse(matcher.group(1)).map((percentage) -> new PercentageRecord(percentage, written, tags));
	}

	/**
	 * Returns the record with tags that tell that an instance with the keys wrote it.
	 */
	PercentageRecord taggedBy(PercentageTags authority) {
		return new PercentageRecord(this.percentage, this.written, authority.of(content()));
	}

	boolean isTaggedBy(PercentageTags authority) {
		return authority.accept(content(), this.tags);
	}

	boolean isTaggedByFirstKeys(PercentageTags authority) {
		return authority.haveFirst(content(), this.tags);
	}

	/**
	 * Tells whether it was written later than it can have been.
	 */
	boolean isAhead(Instant now) {
		return this.written.isAfter(now.plus(CLOCK_SKEW));
	}

	/**
	 * Tells whether it was written so long ago that it should have expired.
	 */
	boolean isOutdated(Instant now) {
		return this.written.plus(StoredPercentage.TTL).isBefore(now.minus(CLOCK_SKEW));
	}

	byte[] format() {
		String text = "1;" + content() + (this.tags.isEmpty() ? "" : ";" + this.tags);
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private String content() {
		return ((this.percentage != null) ? this.percentage : "-") + ";" + this.written.toEpochMilli();
	}

}
