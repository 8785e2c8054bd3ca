package io.github.oauth2state.login;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.record.CborValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CborValues} by way of {@link CborAuthorizationRequestCodec}: which
 * attributes and additional parameters come back as they were, and that all others are
 * refused.
 */
class CborAttributeTests {

	private static final String BASE64_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	private final CborAuthorizationRequestCodec codec = new CborAuthorizationRequestCodec();

	static List<Object> supported() {
		List<Object> values = new ArrayList<>();
		values.addAll(List.of("", " ", "a", "caf\u00e9", "\ud83d\ude00", "a\u0000b\r\n\u001b[31m", "\u202e\u2028\ufeff",
				"\uffff", "null", "1", "[0]", "\u00ed\u00a0\u0080", "x".repeat(15_000), "\ud83d\ude00".repeat(3000)));
		values.addAll(List.of(true, false));
		values.addAll(List.of(0, 1, -1, 23, 24, 255, 256, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE));
		values.addAll(List.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE));
		values.addAll(List.of((short) 0, Short.MAX_VALUE, Short.MIN_VALUE, (byte) 0, Byte.MAX_VALUE, Byte.MIN_VALUE));
		values.addAll(List.of(0.0, -0.0, 0.1, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, Double.POSITIVE_INFINITY,
				Double.NEGATIVE_INFINITY));
		values.addAll(List.of(0.0f, -0.0f, 0.1f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN, Float.POSITIVE_INFINITY,
				Float.NEGATIVE_INFINITY));
		values.addAll(List.of(BigInteger.ZERO, BigInteger.TWO.pow(64), BigInteger.TEN.pow(1000).negate()));
		values.addAll(List.of(new BigDecimal("1"), new BigDecimal("1.0"), new BigDecimal("1.00"),
				new BigDecimal("1E+3"), new BigDecimal("-0.000"), new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE),
				new BigDecimal(BigInteger.ONE, -Integer.MAX_VALUE)));
		values.addAll(List.of(Instant.EPOCH, Instant.parse("2026-05-01T12:00:00.123456789Z"),
				Instant.parse("2026-05-01T12:00:00.1Z"), Instant.ofEpochSecond(-1), Instant.MIN, Instant.MAX));
		values.addAll(List.of(URI.create(""), URI.create("https://EXAMPLE.com:443/%7ea?b=c#d"), URI.create("urn:a:b"),
				URI.create("mailto:a@b"), URI.create("/a/../b"), URI.create("https://b\u00fccher.example/")));
		values
			.addAll(List.of(new UUID(0, 0), new UUID(-1, -1), UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8")));
		values.addAll(List.of(Locale.ROOT, Locale.ENGLISH, Locale.CANADA_FRENCH, Locale.forLanguageTag("zh-Hant-TW"),
				Locale.forLanguageTag("sr-Latn"), Locale.forLanguageTag("de-DE-1996"),
				Locale.forLanguageTag("th-TH-u-ca-buddhist-nu-thai"), Locale.forLanguageTag("x-private"),
				Locale.forLanguageTag("he")));
		values.addAll(List.of(List.of(), Set.of(), Map.of(), List.of(1, 2L, "3", 4.0),
				Set.of("a", 1, 1L, Locale.GERMAN), Map.of("a", 1, "b", List.of(Set.of(Map.of("c", true))))));
		values.addAll(List.of(Arrays.asList(null, "a", null), Collections.singleton(null),
				Collections.singletonMap(null, null), new CopyOnWriteArrayList<>(List.of(1, 2)),
				new TreeSet<>(Set.of("b", "a")), new TreeMap<>(Map.of("b", 1, "a", 2)),
				Collections.unmodifiableList(new ArrayList<>(List.of("a")))));
		values.addAll(List.of(Map.of(1, "int key", 1L, "long key", true, "boolean key", List.of(1), "list key"),
				Map.of(URI.create("urn:a"), Instant.EPOCH), nested(15)));
		return values;
	}

	@ParameterizedTest
	@MethodSource("supported")
	void supportedValueComesBackAsItWas(Object value) {
		Object restored = roundTrip(value);
		assertThat(restored).isEqualTo(value).hasSameHashCodeAs(value);
		if (!(value instanceof Iterable || value instanceof Map)) {
			assertThat(restored).hasSameClassAs(value);
		}
	}

	@ParameterizedTest
	@MethodSource("supported")
	void supportedValueIsOneForAdditionalParametersToo(Object value) {
		OAuth2AuthorizationRequest request = TestRequests.plain()
			.additionalParameters((parameters) -> parameters.put("parameter", value))
			.build();
		assertThat(this.codec.decode(this.codec.encode(request), "a-state")).isEqualTo(request);
	}

	@Test
	void nullComesBackAsNullAndNotAsAbsent() {
		OAuth2AuthorizationRequest request = TestRequests.withAttribute("a", null);
		OAuth2AuthorizationRequest restored = this.codec.decode(this.codec.encode(request), "a-state");
		assertThat(restored.getAttributes()).containsEntry("a", null).hasSize(1);
	}

	@Test
	void listsSetsAndMapsKeepTheirOrder() {
		List<String> names = List.of("z", "a", "m", "b");
		Map<String, Integer> map = new LinkedHashMap<>();
		names.forEach((name) -> map.put(name, name.length()));
		assertThat(new ArrayList<>(((Map<?, ?>) roundTrip(map)).keySet())).isEqualTo(names);
		assertThat(new ArrayList<>((Set<?>) roundTrip(map.keySet()))).isEqualTo(names);
		assertThat(roundTrip(names)).isEqualTo(names);
	}

	@Test
	void attributesKeepTheirNames() {
		Map<String, Object> attributes = new LinkedHashMap<>();
		for (String name : List.of("", " ", "1", "caf\u00e9", "\ud83d\ude00", "a".repeat(5000),
				"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "@class")) {
			attributes.put(name, name.length());
		}
		OAuth2AuthorizationRequest request = TestRequests.plain().attributes(attributes).build();
		OAuth2AuthorizationRequest restored = this.codec.decode(this.codec.encode(request), "a-state");
		assertThat(restored.getAttributes()).containsExactlyEntriesOf(attributes);
	}

	@Test
	void whatLooksLikeBase64UrlComesBackWhateverItsLength() {
		Random random = new Random(42);
		for (int length = 14; length <= 70; length++) {
			List<String> strings = new ArrayList<>();
			for (int i = 0; i < BASE64_URL.length(); i++) {
				strings.add(randomBase64Url(random, length - 1) + BASE64_URL.charAt(i));
			}
			strings.add("A".repeat(length));
			strings.add("_".repeat(length));
			strings.add(randomBase64Url(random, length - 1) + "=");
			strings.add(randomBase64Url(random, length - 2) + "==");
			strings.add(randomBase64Url(random, length - 1) + "+");
			strings.add(randomBase64Url(random, length - 1) + "\n");
			assertThat(roundTrip(strings)).as("length %d", length).isEqualTo(strings);
			strings.forEach((string) -> assertThat(roundTrip(string)).isEqualTo(string));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\ud800", "\udc00", "a\ud800b", "\ud800\ud800", "\udc00\ud800", "\ud83d\ude00\ud83d" })
	void unpairedSurrogateComesBackOrIsRefusedByTheNameOfItsAttribute(String value) {
		assertRoundTripsOrIsRefusedNaming("odd-one", TestRequests.withAttribute("odd-one", value));
		assertRoundTripsOrIsRefusedNaming("odd-one", TestRequests.withAttribute("odd-one", List.of("a", value)));
		assertRoundTripsOrIsRefusedNaming("odd-one",
				TestRequests.plain().additionalParameters((parameters) -> parameters.put("odd-one", value)).build());
		assertRoundTripsOrIsRefusedNaming("odd-one", TestRequests.withAttribute("odd-one" + value, "a"));
		assertRoundTripsOrIsRefusedNaming("", TestRequests.plain().clientId(value).build());
		assertRoundTripsOrIsRefusedNaming("", TestRequests.plain().redirectUri(value).build());
		assertRoundTripsOrIsRefusedNaming("", TestRequests.plain().scope(value).build());
	}

	private void assertRoundTripsOrIsRefusedNaming(String name, OAuth2AuthorizationRequest request) {
		byte[] bytes;
		try {
			bytes = this.codec.encode(request);
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex).hasMessageContaining(name).hasMessageContaining(AuthorizationRequestCodec.class.getName());
			return;
		}
		assertThat(this.codec.decode(bytes, "a-state")).isEqualTo(request);
	}

	@SuppressWarnings("JavaUtilDate")
	static Stream<Arguments> unsupported() {
		return Stream
			.<Object>of(new PlantedRecord("planted-value"), PlantedEnum.PLANTED_VALUE, new String[] { "planted-value" },
					new int[] { 4711 }, new Date(4711), "planted-value".getBytes(StandardCharsets.UTF_8),
					Optional.of("planted-value"), 'p', CharBuffer.wrap("planted-value"), new AtomicInteger(4711),
					new Object(), LocalDate.EPOCH, new ArrayDeque<>(List.of("planted-value")), new PlantedNumber(),
					PlantedRecord.class, new IllegalStateException("planted-value"))
			.map(Arguments::of);
	}

	@ParameterizedTest
	@MethodSource("unsupported")
	void valueOfAnotherTypeIsRefusedByTheNameOfItsAttribute(Object value) {
		assertRefused(TestRequests.withAttribute("odd-one", value), "Attribute 'odd-one'", value);
		assertRefused(TestRequests.withAttribute("odd-one", List.of(1, value)), "Attribute 'odd-one'", value);
		assertRefused(TestRequests.withAttribute("odd-one", Set.of(value)), "Attribute 'odd-one'", value);
		assertRefused(TestRequests.withAttribute("odd-one", Map.of("a", Map.of("b", value))), "Attribute 'odd-one'",
				value);
		assertRefused(TestRequests.withAttribute("odd-one", Map.of(value, "a")), "Attribute 'odd-one'", value);
		assertRefused(TestRequests.plain()
			.additionalParameters((parameters) -> parameters.put("odd-one", value))
			.authorizationRequestUri("https://id.example.com/")
			.build(), "Additional parameter 'odd-one'", value);
	}

	private void assertRefused(OAuth2AuthorizationRequest request, String name, Object value) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode(request))
			.withNoCause()
			.withMessageContaining(name)
			.withMessageContaining(value.getClass().getName())
			.withMessageContaining("Declare a bean of type " + AuthorizationRequestCodec.class.getName())
			.withMessageNotContaining("planted-value")
			.withMessageNotContaining("PLANTED_VALUE")
			.withMessageNotContaining("4711");
	}

	@Test
	@SuppressWarnings("deprecation")
	void valueThatWouldNotComeBackEqualIsRefusedByTheNameOfItsAttribute() {
		Locale withoutLanguageTag = new Locale("planted-value", "4711");
		assertRefused(TestRequests.withAttribute("odd-one", withoutLanguageTag), "odd-one",
				TestRequests.plain().build());
		assertRefused(TestRequests.plain()
			.additionalParameters((parameters) -> parameters.put("odd-one", withoutLanguageTag))
			.authorizationRequestUri("https://id.example.com/")
			.build(), "odd-one", TestRequests.plain().build());
	}

	@Test
	void cyclicValueIsRefused() {
		List<Object> list = new ArrayList<>();
		list.add("planted-value");
		list.add(list);
		assertRefusedAsTooDeep(list);
		Map<String, Object> map = new HashMap<>();
		map.put("self", List.of(map));
		assertRefusedAsTooDeep(map);
	}

	@Test
	void valueIsNestedAtMost16LevelsDeep() {
		assertThat(roundTrip(nested(16))).isEqualTo(nested(16));
		assertRefusedAsTooDeep(nested(17));
		assertRefusedAsTooDeep(nested(5000));
	}

	private void assertRefusedAsTooDeep(Object value) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.codec.encode(TestRequests.withAttribute("odd-one", value)))
			.withMessageContaining("Attribute 'odd-one'")
			.withMessageContaining("more than 16 levels deep")
			.withMessageContaining(AuthorizationRequestCodec.class.getName())
			.withMessageNotContaining("planted-value");
	}

	@Test
	void randomNestedValuesComeBackAsTheyWere() {
		Random random = new Random(4711);
		for (int i = 0; i < 3000; i++) {
			Object value = randomValue(random, 5);
			assertThat(roundTrip(value)).isEqualTo(value);
		}
	}

	private Object randomValue(Random random, int depth) {
		return switch (random.nextInt((depth > 0) ? 14 : 11)) {
			case 0 -> random.nextInt();
			case 1 -> random.nextLong();
			case 2 -> random.nextDouble() * random.nextInt();
			case 3 -> random.nextFloat();
			case 4 -> random.nextBoolean();
			case 5 -> new BigDecimal(new BigInteger(100, random), random.nextInt(200) - 100);
			case 6 -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
			case 7 -> new UUID(random.nextLong(), random.nextLong());
			case 8 -> randomBase64Url(random, random.nextInt(50));
			case 9 -> random.ints(random.nextInt(20), 0, 0x2000)
				.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
				.toString();
			case 10 -> Optional.empty().orElse(null);
			case 11 -> randomList(random, depth);
			case 12 -> new HashSet<>(randomList(random, depth));
			default -> {
				Map<Object, Object> map = new HashMap<>();
				randomList(random, depth).forEach((key) -> map.put(key, randomValue(random, depth - 1)));
				yield map;
			}
		};
	}

	private List<Object> randomList(Random random, int depth) {
		List<Object> list = new ArrayList<>();
		for (int i = random.nextInt(4); i > 0; i--) {
			list.add(randomValue(random, depth - 1));
		}
		return list;
	}

	private static Object nested(int depth) {
		Object value = "innermost";
		for (int i = 0; i < depth; i++) {
			value = List.of(value);
		}
		return value;
	}

	private static String randomBase64Url(Random random, int length) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < length; i++) {
			text.append(BASE64_URL.charAt(random.nextInt(BASE64_URL.length())));
		}
		return text.toString();
	}

	private Object roundTrip(Object value) {
		byte[] bytes = this.codec.encode(TestRequests.withAttribute("attribute", value));
		return this.codec.decode(bytes, "a-state").getAttributes().get("attribute");
	}

	private record PlantedRecord(String value) {
	}

	private enum PlantedEnum {

		PLANTED_VALUE

	}

	@SuppressWarnings("serial")
	private static final class PlantedNumber extends Number {

		@Override
		public int intValue() {
			return 4711;
		}

		@Override
		public long longValue() {
			return 4711;
		}

		@Override
		public float floatValue() {
			return 4711;
		}

		@Override
		public double doubleValue() {
			return 4711;
		}

	}

}
