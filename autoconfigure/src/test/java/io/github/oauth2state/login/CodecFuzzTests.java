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
import java.util.Random;
import java.util.UUID;

import com.sun.management.ThreadMXBean;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

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

	private final byte[] valid = this.codec.encode(CborAuthorizationRequestCodecTests.recordedRequest());

	@Property
	void attributesComeBackAsTheyWere(@ForAll("attributes") Map<String, Object> attributes) {
		OAuth2AuthorizationRequest request = TestRequests.plain().attributes(attributes).build();
		OAuth2AuthorizationRequest restored = this.codec.decode(this.codec.encode(request), "a-state");
		assertThat(restored.getAttributes()).isEqualTo(request.getAttributes());
		assertThat(restored.equals(request)).isTrue();
	}

	/**
	 * Trees that shrink would take a hundred times as long to generate.
	 */
	@Provide
	Arbitrary<Map<String, Object>> attributes() {
		return Arbitraries.randomValue((random) -> {
			Map<String, Object> attributes = new HashMap<>();
			for (int i = random.nextInt(4); i >= 0; i--) {
				attributes.put(text(random), value(random, 4));
			}
			return attributes;
		});
	}

	private static @Nullable Object value(Random random, int depth) {
		return switch (random.nextInt((depth > 0) ? 18 : 14)) {
			case 0 -> null;
			case 1 -> random.nextBoolean();
			case 2 -> random.nextInt();
			case 3 -> random.nextLong();
			case 4 -> (short) random.nextInt();
			case 5 -> (byte) random.nextInt();
			case 6 -> Double.longBitsToDouble(random.nextLong());
			case 7 -> Float.intBitsToFloat(random.nextInt());
			case 8 -> new BigDecimal(new BigInteger(random.nextInt(200), random), random.nextInt());
			case 9 ->
				Instant.ofEpochSecond(random.nextLong() % Instant.MAX.getEpochSecond(), random.nextInt(1_000_000_000));
			case 10 -> new UUID(random.nextLong(), random.nextLong());
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

	private static List<Object> list(Random random, int depth) {
		List<Object> list = new ArrayList<>();
		for (int i = random.nextInt(4); i > 0; i--) {
			list.add(value(random, depth - 1));
		}
		return list;
	}

	private static String text(Random random) {
		if (random.nextBoolean()) {
			return base64Url(random);
		}
		return random.ints(random.nextInt(10), 0, Character.MAX_CODE_POINT + 1)
			.filter((character) -> character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

	private static String base64Url(Random random) {
		byte[] bytes = new byte[random.nextInt(40)];
		random.nextBytes(bytes);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).substring(bytes.length / 39);
	}

	@Property
	void bytesAreReadOrRefusedAndCostLittle(@ForAll("bytes") byte[] bytes) {
		long allocated = allocatedByDecoding(bytes);
		if (allocated > MAX_ALLOCATED) {
			// The first call loads classes.
			allocated = allocatedByDecoding(bytes);
		}
		assertThat(allocated).as("allocated bytes").isLessThanOrEqualTo(MAX_ALLOCATED);
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

	@Provide
	Arbitrary<byte[]> bytes() {
		Arbitrary<byte[]> random = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
		Arbitrary<byte[]> fields = Arbitraries.of(1, 2, 3, 4, 5, 6, 7, 8).flatMap((field) -> random.map((content) -> {
			byte[] record = new byte[content.length + 2];
			record[0] = (byte) 0xbf;
			record[1] = field.byteValue();
			System.arraycopy(content, 0, record, 2, content.length);
			return record;
		}));
		Arbitrary<byte[]> altered = Combinators
			.combine(Arbitraries.integers().between(0, this.valid.length - 1), Arbitraries.bytes())
			.as((at, value) -> new int[] { at, value })
			.list()
			.ofMinSize(1)
			.ofMaxSize(4)
			.map(this::altered);
		Arbitrary<byte[]> moved = Arbitraries.integers()
			.between(0, this.valid.length)
			.list()
			.ofSize(3)
			.map(this::moved);
		return Arbitraries.oneOf(random, fields, altered, moved);
	}

	private byte[] altered(List<int[]> changes) {
		byte[] bytes = this.valid.clone();
		changes.forEach((change) -> bytes[change[0]] = (byte) change[1]);
		return bytes;
	}

	/**
	 * Inserts a copy of a part of the record somewhere in it.
	 */
	private byte[] moved(List<Integer> places) {
		byte[] part = Arrays.copyOfRange(this.valid, Math.min(places.get(0), places.get(1)),
				Math.max(places.get(0), places.get(1)));
		byte[] bytes = Arrays.copyOf(this.valid, this.valid.length + part.length);
		int at = places.get(2);
		System.arraycopy(part, 0, bytes, at, part.length);
		System.arraycopy(this.valid, at, bytes, at + part.length, this.valid.length - at);
		return bytes;
	}

}
