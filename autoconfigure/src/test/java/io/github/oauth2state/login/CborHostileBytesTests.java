package io.github.oauth2state.login;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CborAuthorizationRequestCodec}: bytes that it did not write. They can
 * hardly get there, as records are sealed; should they, the login is lost and nothing
 * else.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CborHostileBytesTests {

	private static final Set<Class<?>> SCALARS = Set.of(String.class, Boolean.class, Integer.class, Long.class,
			Short.class, Byte.class, Double.class, Float.class, BigInteger.class, BigDecimal.class, Instant.class,
			URI.class, UUID.class, Locale.class);

	private final CborAuthorizationRequestCodec codec = new CborAuthorizationRequestCodec();

	private final byte[] valid = this.codec.encode(TestRequests.recorded());

	@Test
	void everyTruncationIsRefused() {
		for (int length = 0; length < this.valid.length; length++) {
			assertRefused(Arrays.copyOf(this.valid, length));
		}
		assertThat(this.codec.decode(this.valid, "a-state")).isEqualTo(TestRequests.recorded());
	}

	@Test
	void randomBytesAreRefusedOrHarmless() {
		Random random = new Random(1);
		for (int i = 0; i < 50_000; i++) {
			byte[] bytes = new byte[random.nextInt(300)];
			random.nextBytes(bytes);
			if (bytes.length > 2 && random.nextBoolean()) {
				bytes[0] = (byte) 0xbf;
				bytes[1] = (byte) (1 + random.nextInt(7));
			}
			decode(bytes);
		}
	}

	@Test
	void mutatedBytesAreRefusedOrHarmless() {
		Random random = new Random(2);
		int decoded = 0;
		for (int i = 0; i < 50_000; i++) {
			byte[] bytes = this.valid.clone();
			for (int j = random.nextInt(3); j >= 0; j--) {
				int at = random.nextInt(bytes.length);
				if (random.nextBoolean()) {
					bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256)
							: bytes[at] ^ 1 << random.nextInt(8));
				}
				else {
					System.arraycopy(bytes, at, bytes, random.nextInt(at + 1), bytes.length - at);
				}
			}
			decoded += decode(bytes) ? 1 : 0;
		}
		assertThat(decoded).isGreaterThan(1000);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "00", "ff", "f6", "a0", "bfff", "bf01f3", "bf019fff", "80", "9fff", "aced0005",
			"aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f7249",
			"d9d9f7", "d9d9f7bfff", "1f8b0800" })
	void bytesOfAnotherKindAreRefused(String hex) {
		assertRefused(HexFormat.of().parseHex(hex));
	}

	/**
	 * Everything else about the record is right, so that it is refused for this field.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "01" + "02", "01" + "a0", "01" + "80", "01" + "f5", "01" + "f6", "02" + "f6",
			"03" + "821401", "04" + "6161", "04" + "a0", "04" + "f6", "05" + "80", "05" + "f6", "06" + "6161",
			"06" + "8114", "06a16161" + "80", "06a16161" + "a0", "06a16161" + "8100", "06a16161" + "82148100",
			"06a16161" + "81" + "6161", "06a16161" + "81f6", "06a16161" + "81" + "8114", "06a16161" + "811863",
			"06a16161" + "82186361" + "78", "06a16161" + "8101", "06a16161" + "8201f6", "06a16161" + "82016178",
			"06a16161" + "830161316131", "06a16161" + "82086178", "06a16161" + "820a6178", "06a16161" + "821661" + "61",
			"06a16161" + "1bffffffffffffffff", "06a16161" + "1a80000000", "06a16161" + "fb3ff8000000000000",
			"06a16161" + "c249010000000000000000", "06a16161" + "f7", "06a16161" + "f0", "6161" + "01", "40" + "01" })
	void fieldOfTheWrongTypeIsRefused(String field) {
		assertRefused(withField(field));
	}

	/**
	 * To see that it is the content of the field that is refused above.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "01" + "6161", "03" + "f6", "04" + "80", "05" + "a0", "06" + "a0", "05a16161" + "8100",
			"06a16161" + "8114", "06a16161" + "82016131", "06a16161" + "831661616162", "06a16161" + "1a7fffffff",
			"08" + "80" })
	void fieldOfTheRightTypeIsRead(String field) {
		assertThat(decode(withField(field))).isTrue();
	}

	@Test
	void unknownFieldIsNestedAtMost32LevelsDeep() {
		assertThat(decode(withField("08" + "81".repeat(31) + "01"))).isTrue();
		assertRefused(withField("08" + "81".repeat(32) + "01"));
		assertRefused(withField("06a16161" + "8214".repeat(31) + "01"));
	}

	private byte[] withField(String hex) {
		return concat(Arrays.copyOf(this.valid, this.valid.length - 1), HexFormat.of().parseHex(hex + "ff"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"1\":\"https://id.example.com/authorize\",\"2\":\"online-shop\"}",
			"{\"@class\":\"java.net.URL\"}", "[\"java.net.URL\",\"https://evil.example\"]", "null", "<a/>",
			"!!javax.script.ScriptEngineManager []" })
	void textOfOtherFormatsIsRefused(String text) {
		assertRefused(text.getBytes(StandardCharsets.UTF_8));
	}

	@ParameterizedTest
	@ValueSource(strings = { "81", "9f", "a101", "a1", "bf01", "82148114", "8114", "8215", "8216", "c1", "d818",
			"da00010203" })
	void deepNestingIsRefusedBeforeTheStackOverflows(String opening) {
		for (String field : List.of("01", "04", "05", "06", "06a16161", "08")) {
			for (int depth : new int[] { 40, 1000, 8000, 100_000 }) {
				assertRefused(HexFormat.of().parseHex("bf" + field + opening.repeat(depth) + "01"));
			}
		}
		assertRefused(HexFormat.of().parseHex(opening.repeat(100_000)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "5b7fffffffffffffff", "7b7fffffffffffffff", "9b7fffffffffffffff", "bb7fffffffffffffff",
			"5bffffffffffffffff", "7bffffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff", "5a7fffffff",
			"7a7fffffff", "9a7fffffff", "ba7fffffff", "c25a7fffffff", "5f5a7fffffff", "7f7a7fffffff" })
	void lengthsThatArePretendedCostNoMemory(String opening) {
		for (String field : List.of("01", "04", "05", "06", "06a16161", "06a1616182", "08")) {
			assertRefused(HexFormat.of().parseHex("bf" + field + opening + "00"));
		}
	}

	@Test
	void lengthIsCappedBeforeParsing() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		bytes.write(0xbf);
		for (int i = 0; i < 8 * 1024; i++) {
			bytes.write(8);
			bytes.write(0xf6);
		}
		bytes.write(this.valid, 1, this.valid.length - 1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(bytes.toByteArray(), "a-state"));
	}

	@Test
	void namesOfClassesAreTextLikeAnyOther() {
		String gadget = Gadget.class.getName();
		List<String> polymorphicForms = List.of("bf06a1" + text("@class") + text(gadget) + "ff",
				"bf05a1" + text("@class") + text(gadget) + "ff",
				"bf06a1" + text("a") + "82" + text(gadget) + "a0" + "ff",
				"bf06a1" + text("a") + "8316" + text("@class") + text(gadget) + "ff",
				"bf" + text("@class") + text(gadget) + "ff",
				"bf06a1" + text("a") + "a1" + text("@class") + text(gadget) + "ff", "82" + text(gadget) + "bfff",
				"bf06a1" + text("a") + "d81b82" + text(gadget) + "80" + "ff");
		for (String form : polymorphicForms) {
			byte[] inner = HexFormat.of().parseHex(form);
			decode(inner);
			decode(concat(Arrays.copyOf(this.valid, this.valid.length - 1),
					Arrays.copyOfRange(inner, 1, inner.length)));
		}
		assertThat(Gadget.instances).hasValue(0);
		OAuth2AuthorizationRequest request = TestRequests.withAttribute("@class", gadget);
		assertThat(this.codec.decode(this.codec.encode(request), "a-state")).isEqualTo(request);
		assertThat(Gadget.instances).hasValue(0);
	}

	@Test
	void messageDoesNotQuoteTheBytes() {
		byte[] bytes = HexFormat.of().parseHex("bf06a1" + text("planted") + text("planted-value"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(bytes, "planted-state"))
			.withNoCause()
			.withMessageNotContaining("planted");
	}

	private void assertRefused(byte[] bytes) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(bytes, "a-state"));
	}

	private boolean decode(byte[] bytes) {
		OAuth2AuthorizationRequest request;
		try {
			request = this.codec.decode(bytes, "a-state");
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
		assertOfSupportedTypes(request.getAttributes());
		assertOfSupportedTypes(request.getAdditionalParameters());
		return true;
	}

	private static void assertOfSupportedTypes(Object value) {
		if (value instanceof Map<?, ?> map) {
			assertOfSupportedTypes(map.keySet());
			assertOfSupportedTypes(map.values());
		}
		else if (value instanceof Collection<?> collection) {
			collection.forEach(CborHostileBytesTests::assertOfSupportedTypes);
		}
		else if (value != null) {
			assertThat(SCALARS).contains(value.getClass());
		}
	}

	private static byte[] concat(byte[] first, byte[] second) {
		byte[] joined = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, joined, first.length, second.length);
		return joined;
	}

	/**
	 * A text string of CBOR, in hexadecimal.
	 */
	private static String text(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		return "78" + HexFormat.of().toHexDigits((byte) bytes.length) + HexFormat.of().formatHex(bytes);
	}

	/**
	 * What a polymorphic reader would create.
	 */
	public static final class Gadget {

		static final AtomicInteger instances = new AtomicInteger();

		Gadget() {
			instances.incrementAndGet();
		}

		Gadget(String argument) {
			instances.incrementAndGet();
		}

	}

}
