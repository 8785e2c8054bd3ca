package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;

import io.github.oauth2state.StateKey;

/**
 * A share of all browsers.
 *
 * @param value from 0 to 100
 */
public record Percentage(BigDecimal value) {

	static final BigDecimal MAX = BigDecimal.valueOf(100);

	private static final Pattern TEXT = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,6})?");

	/**
	 * Creates a percentage.
	 * @param value from 0 to 100
	 * @throws IllegalArgumentException if it is out of range
	 */
	public Percentage {
		if (value.signum() < 0 || value.compareTo(MAX) > 0) {
			throw new IllegalArgumentException("A percentage is a number from 0 to 100");
		}
	}

	/**
	 * Reads a percentage.
	 * @param text digits, possibly with up to six decimals
	 * @return the percentage, or empty if the text is none
	 */
	public static Optional<Percentage> parse(String text) {
		if (!TEXT.matcher(text).matches()) {
			return Optional.empty();
		}
		return Optional.of(new BigDecimal(text)).filter((value) -> value.compareTo(MAX) <= 0).map(Percentage::new);
	}

	boolean isNobody() {
		return this.value.signum() == 0;
	}

	boolean isEverybody() {
		return this.value.compareTo(MAX) == 0;
	}

	/**
	 * Tells whether a browser is in the share. Each has its place between 0 and 100, by a
	 * hash of its id, so that a greater share has all browsers of a smaller one.
	 * @param browserId the id of the browser
	 * @return whether it is
	 */
	boolean includes(String namespace, String browserId) {
		byte[] hash = StateKey.of(namespace, "rollout", browserId).toByteArray();
		double place = (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
		return place * 100 < this.value.doubleValue();
	}

	@Override
	public String toString() {
		return this.value.stripTrailingZeros().toPlainString();
	}

}
