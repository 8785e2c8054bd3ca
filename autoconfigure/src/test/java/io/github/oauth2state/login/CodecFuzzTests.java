package io.github.oauth2state.login;

import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.fuzz.Fuzz;
import io.github.oauth2state.fuzz.RandomInputs;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random attributes and random bytes on the codec.
 */
class CodecFuzzTests {

	private static final int MAX_ALLOCATED = 2 * 1024 * 1024;

	private static final List<Locale> LOCALES = Arrays.stream(Locale.getAvailableLocales())
		.filter((locale) -> Locale.forLanguageTag(locale.toLanguageTag()).equals(locale))
		.toList();

	private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final CborAuthorizationRequestCodec codec = new CborAuthorizationRequestCodec();

	private final byte[] valid = this.codec.encode(TestRequests.recorded());

	@Test
	void attributesComeBackAsTheyWere() {
		Fuzz.tries((random) -> {
			OAuth2AuthorizationRequest request = TestRequests.plain().attributes(attributes(random)).build();
			OAuth2AuthorizationRequest restored = this.codec.decode(this.codec.encode(request), "a-state");
			assertThat(restored.getAttributes()).isEqualTo(request.getAttributes());
			assertThat(restored.equals(request)).isTrue();
		});
	}

	private static Map<String, Object> attributes(SplittableRandom random) {
		Map<String, Object> attributes = new HashMap<>();
		for (int i = random.nextInt(4); i >= 0; i--) {
			attributes.put(text(random), value(random, 4));
		}
		return attributes;
	}

	private static @Nullable Object value(SplittableRandom random, int depth) {
		return switch (random.nextInt((depth > 0) ? 18 : 14)) {
			case 0 -> null;
			case 1 -> random.nextBoolean();
			case 2 -> (int) RandomInputs.number(random, Integer.SIZE);
			case 3 -> RandomInputs.number(random, Long.SIZE);
			case 4 -> (short) RandomInputs.number(random, Short.SIZE);
			case 5 -> (byte) RandomInputs.number(random, Byte.SIZE);
			case 6 -> floating(random);
			case 7 -> oneFloat(random);
			case 8 -> decimal(random);
			case 9 -> instant(random);
			case 10 -> new UUID(RandomInputs.number(random, Long.SIZE), RandomInputs.number(random, Long.SIZE));
			case 11 -> LOCALES.get(random.nextInt(LOCALES.size()));
			case 12 -> URI.create("urn:a:" + base64Url(random));
			case 13 -> text(random);
			case 14, 15 -> list(random, depth);
			case 16 -> new LinkedHashSet<>(list(random, depth));
			default -> {
				Map<Object, Object> map = new HashMap<>();
				list(random, depth).forEach((key) -> map.put(key, value(random, depth - 1)));
				yield map;
			}
		};
	}

	private static double floating(SplittableRandom random) {
		return switch (random.nextInt(3)) {
			case 0 -> RandomInputs.oneOf(random, Double.NaN, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, -0.0);
			case 1 -> (double) RandomInputs.number(random, Long.SIZE);
			default -> Double.longBitsToDouble(RandomInputs.number(random, Long.SIZE));
		};
	}

	private static float oneFloat(SplittableRandom random) {
		return random.nextBoolean() ? (float) floating(random)
				: Float.intBitsToFloat((int) RandomInputs.number(random, Integer.SIZE));
	}

	/**
	 * Except for those exponents that {@code BigDecimal} writes and cannot read itself.
	 */
	private static BigDecimal decimal(SplittableRandom random) {
		byte[] digits = RandomInputs.bytes(random, 1 + RandomInputs.upTo(random, 24));
		int scale = (int) RandomInputs.number(random, Integer.SIZE);
		return new BigDecimal(new BigInteger(digits), Math.max(scale, 100 - Integer.MAX_VALUE));
	}

	private static Instant instant(SplittableRandom random) {
		return switch (random.nextInt(8)) {
			case 0 -> Instant.MIN;
			case 1 -> Instant.MAX;
			default -> Instant.ofEpochSecond(RandomInputs.number(random, Long.SIZE) % Instant.MAX.getEpochSecond(),
					RandomInputs.upTo(random, 999_999_999));
		};
	}

	private static List<Object> list(SplittableRandom random, int depth) {
		List<Object> list = new ArrayList<>();
		for (int i = random.nextInt(4); i > 0; i--) {
			list.add(value(random, depth - 1));
		}
		return list;
	}

	private static String text(SplittableRandom random) {
		if (random.nextBoolean()) {
			return base64Url(random);
		}
		return random.ints(RandomInputs.upTo(random, 10), 0, Character.MAX_CODE_POINT + 1)
			.map((character) -> character >> random.nextInt(21))
			.filter((character) -> character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

	private static String base64Url(SplittableRandom random) {
		byte[] bytes = RandomInputs.bytes(random, RandomInputs.upTo(random, 39));
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).substring(bytes.length / 39);
	}

	@Test
	void bytesAreReadOrRefusedAndCostLittle() {
		Fuzz.tries((random) -> {
			byte[] bytes = bytes(random);
			long allocated = allocatedByDecoding(bytes);
			if (allocated > MAX_ALLOCATED) {
				// The first call loads classes.
				allocated = allocatedByDecoding(bytes);
			}
			assertThat(allocated).as("allocated bytes").isLessThanOrEqualTo(MAX_ALLOCATED);
		});
	}

	private long allocatedByDecoding(byte[] bytes) {
		long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
		try {
			this.codec.decode(bytes, "a-state");
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex.getMessage()).doesNotContain("a-state");
		}
		return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
	}

	private byte[] bytes(SplittableRandom random) {
		return switch (random.nextInt(4)) {
			case 0 -> RandomInputs.bytes(random, RandomInputs.upTo(random, 300));
			case 1 -> field(random);
			case 2 -> altered(random);
			default -> moved(random);
		};
	}

	/**
	 * A record that begins like one, and goes on with anything.
	 */
	private static byte[] field(SplittableRandom random) {
		byte[] record = RandomInputs.bytes(random, 2 + RandomInputs.upTo(random, 300));
		record[0] = (byte) 0xbf;
		record[1] = (byte) (1 + random.nextInt(8));
		return record;
	}

	private byte[] altered(SplittableRandom random) {
		byte[] bytes = this.valid.clone();
		for (int i = random.nextInt(4); i >= 0; i--) {
			bytes[random.nextInt(bytes.length)] = (byte) RandomInputs.number(random, Byte.SIZE);
		}
		return bytes;
	}

	/**
	 * Inserts a copy of a part of the record somewhere in it.
	 */
	private byte[] moved(SplittableRandom random) {
		int from = RandomInputs.upTo(random, this.valid.length);
		int length = RandomInputs.upTo(random, this.valid.length - from);
		int at = RandomInputs.upTo(random, this.valid.length);
		byte[] bytes = Arrays.copyOf(this.valid, this.valid.length + length);
		System.arraycopy(this.valid, from, bytes, at, length);
		System.arraycopy(this.valid, at, bytes, at + length, this.valid.length - at);
		return bytes;
	}

}
