package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;

import io.github.oauth2state.StateKey;

/**
 * The percentage of browsers whose logins are rolled out.
 *
 * @param value from 0 to 100, without trailing zeros
 */
record Percentage(BigDecimal value) {

	static final BigDecimal MAX = BigDecimal.valueOf(100);

	private static final Pattern TEXT = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,6})?");

	/**
	 * Creates a percentage.
	 * @param value from 0 to 100
	 * @throws IllegalArgumentException if it is out of range
	 */
	Percentage {
		if (value.signum() < 0 || value.compareTo(MAX) > 0) {
			throw new IllegalArgumentException("A percentage is a number from 0 to 100");
		}
		BigDecimal stripped = value.stripTrailingZeros();
		value = (stripped.scale() < 0) ? stripped.setScale(0) : stripped;
	}

	/**
	 * Reads a percentage.
	 * @param text digits, with up to six decimals
	 * @return the percentage, or empty if the text is not a percentage
	 */
	static Optional<Percentage> parse(String text) {
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
	 * Tells whether a browser is rolled out. A hash of its id gives each browser a fixed
	 * place between 0 and 100, so a greater percentage includes all browsers of a smaller
	 * one.
	 * @param browserId the id of the browser
	 * @return whether it is rolled out
	 */
	boolean includes(String namespace, String browserId) {
		byte[] hash = StateKey.of(namespace, "rollout", browserId).toByteArray();
		double place = (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
		return place * 100 < this.value.doubleValue();
	}

	@Override
	public String toString() {
		return this.value.toPlainString();
	}

}
