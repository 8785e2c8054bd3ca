package io.github.oauth2state.rollout;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The format in which the store keeps a percentage that was set:
 * {@code <version>;<percentage
 * or ->;<milliseconds since 1970>}, followed by {@code ;<signatures>} if keys are
 * configured. A reader also accepts the next version, and ignores what that adds.
 *
 * @param percentage the percentage, or {@code null} if it was cleared. The record of a
 * cleared percentage is kept just as long, so that clearing can be told from lost data
 * @param written when it was written
 * @param signatures the signatures of a {@link PercentageSigner}, or empty without keys
 */
record PercentageRecord(@Nullable Percentage percentage, Instant written, String signatures) {

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
		String signatures = (matcher.group(3) != null) ? matcher.group(3) : "";
		if (matcher.group(1).equals("-")) {
			return Optional.of(new PercentageRecord(null, written, signatures));
		}
		return Percentage.parse(matcher.group(1))
			.map((percentage) -> new PercentageRecord(percentage, written, signatures));
	}

	PercentageRecord signedBy(PercentageSigner signer) {
		return new PercentageRecord(this.percentage, this.written, signer.sign(content()));
	}

	boolean isAcceptedBy(PercentageSigner signer) {
		return signer.accepts(content(), this.signatures);
	}

	boolean isSignedWithFirstKeysOf(PercentageSigner signer) {
		return signer.isSignedWithFirstKeys(content(), this.signatures);
	}

	/**
	 * Tells whether the time of writing is later than any clock can show now.
	 */
	boolean isFromTheFuture(Instant now) {
		return this.written.isAfter(now.plus(CLOCK_SKEW));
	}

	/**
	 * Tells whether it was written so long ago that the store should have removed it.
	 */
	boolean isOutdated(Instant now) {
		return this.written.plus(PercentageRepository.TTL).isBefore(now.minus(CLOCK_SKEW));
	}

	byte[] format() {
		String text = "1;" + content() + (this.signatures.isEmpty() ? "" : ";" + this.signatures);
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private String content() {
		return ((this.percentage != null) ? this.percentage : "-") + ";" + this.written.toEpochMilli();
	}

}
