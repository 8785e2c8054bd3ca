package io.github.oauth2state.rollout;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What the store has of a percentage that was set: {@code <version>;<percentage or
 * ->;<milliseconds since 1970>}. A reader accepts the next version too, and skips what
 * that adds.
 *
 * @param percentage the percentage, or {@code null} if it was cleared, which is kept for
 * as long, so that it can be told from a store that lost its data
 * @param written when it was written
 */
record PercentageRecord(@Nullable Percentage percentage, Instant written) {

	private static final int MAX_LENGTH = 100;

	private static final Pattern TEXT = Pattern.compile("[12];(-|[0-9.]{1,10});([0-9]{1,15})(;.*)?");

	static Optional<PercentageRecord> parse(byte[] value) {
		if (value.length > MAX_LENGTH) {
			return Optional.empty();
		}
		Matcher matcher = TEXT.matcher(new String(value, StandardCharsets.US_ASCII));
		if (!matcher.matches()) {
			return Optional.empty();
		}
		Instant written = Instant.ofEpochMilli(Long.parseLong(matcher.group(2)));
		if (matcher.group(1).equals("-")) {
			return Optional.of(new PercentageRecord(null, written));
		}
		return Percentage.parse(matcher.group(1)).map((percentage) -> new PercentageRecord(percentage, written));
	}

	byte[] format() {
		return ("1;" + ((this.percentage != null) ? this.percentage : "-") + ";" + this.written.toEpochMilli())
			.getBytes(StandardCharsets.US_ASCII);
	}

}
