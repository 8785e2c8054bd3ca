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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
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

	private final byte[] valid = this.codec.encode(CborAuthorizationRequestCodecTests.recordedRequest());

	@Test
	void everyTruncationIsRefused() {
		for (int length = 0; length < this.valid.length; length++) {
			assertRefused(Arrays.copyOf(this.valid, length));
		}
		assertThat(this.codec.decode(this.valid, "a-state"))
			.isEqualTo(CborAuthorizationRequestCodecTests.recordedRequest());
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
	@ValueSource(strings = { "", "00", "ff", "f6", "a0", "bfff", "80", "9fff", "aced0005",
			"aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f7249",
			"d9d9f7", "d9d9f7bfff", "1f8b0800", "bf01f6ff", "bf0102ff", "bf01a0ff", "bf04616101ff", "bf0461616103ff",
			"bf04a0ff", "bf05" + "80ff", "bf06" + "6161ff", "bf06a1616181ff", "bf06a161618101ff",
			"bf06a16161820161" + "78ff", "bf06a1616182186361" + "78ff", "bf06a16161831661" + "6161ff",
			"bf06a161619f16616161ffff", "bf3800" + "01ff", "bf1bffffffffffffffff01ff", "bf06a1616182086178ff",
			"bf06a16161820a6178ff", "bf06a161618201f6ff", "bf06a161611bffffffffffffffffff",
			"bf06a16161c249010000000000000000ff" })
	void bytesOfAnotherKindAreRefused(String hex) {
		assertRefused(HexFormat.of().parseHex(hex));
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
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.codec.decode(bytes, "a-state"));
	}

	private boolean decode(byte[] bytes) {
		OAuth2AuthorizationRequest request;
		try {
			request = this.codec.decode(bytes, "a-state");
		}
		catch (RuntimeException ex) {
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
