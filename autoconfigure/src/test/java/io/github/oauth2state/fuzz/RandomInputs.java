package io.github.oauth2state.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Makes random inputs, with more edge cases among them than chance would bring.
 */
public final class RandomInputs {

	private static final String ODD_CHARACTERS = "\u0000\t\n\r \u007f\u0080\u0085\u2028\ud800\udbff\udc00\udfff\ufeff\ufffe\uffff";

	private RandomInputs() {
	}

	/**
	 * A number of that many bits, as often a short as a long one, and often the last
	 * before it takes one more.
	 */
	public static long number(SplittableRandom random, int bits) {
		int used = random.nextInt(bits);
		if (random.nextBoolean()) {
			return random.nextLong() >> (Long.SIZE - 1 - used);
		}
		long boundary = (1L << used) - random.nextInt(2);
		return random.nextBoolean() ? boundary : ~boundary;
	}

	/**
	 * A length or place from zero to the greatest, which both are frequent, as are small
	 * ones.
	 */
	public static int upTo(SplittableRandom random, int max) {
		return switch (random.nextInt(8)) {
			case 0 -> 0;
			case 1 -> max;
			case 2, 3, 4 -> random.nextInt(max + 1);
			default -> random.nextInt(random.nextInt(max + 1) + 1);
		};
	}

	@SafeVarargs
	public static <T> T oneOf(SplittableRandom random, T... values) {
		return values[random.nextInt(values.length)];
	}

	public static <T> List<T> list(int size, Supplier<T> elements) {
		return Stream.generate(elements).limit(size).toList();
	}

	public static char character(SplittableRandom random, String characters) {
		return characters.charAt(random.nextInt(characters.length()));
	}

	public static String text(SplittableRandom random, String characters, int maxLength) {
		char[] text = new char[upTo(random, maxLength)];
		for (int i = 0; i < text.length; i++) {
			text[i] = character(random, characters);
		}
		return new String(text);
	}

	/**
	 * Text of any characters, ASCII and odd ones more often than others, surrogates
	 * without their other half too.
	 */
	public static String text(SplittableRandom random, int maxLength) {
		char[] text = new char[upTo(random, maxLength)];
		for (int i = 0; i < text.length; i++) {
			text[i] = (random.nextInt(8) == 0) ? character(random, ODD_CHARACTERS)
					: (char) (random.nextInt(Character.MAX_VALUE + 1) >> random.nextInt(Character.SIZE));
		}
		return new String(text);
	}

	public static byte[] bytes(SplittableRandom random, int length) {
		byte[] bytes = new byte[length];
		if (random.nextInt(8) == 0) {
			Arrays.fill(bytes, (byte) number(random, Byte.SIZE));
			return bytes;
		}
		random.nextBytes(bytes);
		for (int i = upTo(random, length); i > 0; i--) {
			bytes[random.nextInt(length)] = (byte) number(random, Byte.SIZE);
		}
		return bytes;
	}

}
