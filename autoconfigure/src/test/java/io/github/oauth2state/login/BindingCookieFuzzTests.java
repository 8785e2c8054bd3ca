package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.fuzz.Fuzz;
import io.github.oauth2state.fuzz.RandomInputs;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.web.BrowserRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random texts as binding cookies.
 */
class BindingCookieFuzzTests {

	private static final StateKey KEY = StateKey.of("shop", "login");

	private static final byte[] CONTENT = { 1, 2, 3 };

	/**
	 * What eight digits to the base of 36 hold.
	 */
	private static final long MAX_ISSUED = 2_821_109_907_455L;

	private static final String ASCII = IntStream.range(0, 128)
		.mapToObj(Character::toString)
		.collect(Collectors.joining());

	@Test
	void textIsACookieOrNone() {
		Fuzz.tries((random) -> BindingCookie.parse(text(random)).ifPresent((cookie) -> {
			assertThat(cookie.secret()).matches("[A-Za-z0-9_-]{0,43}");
			assertThat(BrowserRequest.isLocalPath(cookie.restartPath())).isTrue();
			assertThat(BindingCookie.parse(cookie.used(KEY).format())).hasValue(cookie.used(KEY));
		}));
	}

	private static String text(SplittableRandom random) {
		return switch (random.nextInt(3)) {
			case 0 -> RandomInputs.text(random, 60);
			case 1 -> begin(random) + String.join(".", RandomInputs.list(RandomInputs.upTo(random, 9),
					() -> RandomInputs.text(random, "Aa0_-=+/~\u0000\uff21", 8)));
			default -> cookieWithPath(random);
		};
	}

	private static String begin(SplittableRandom random) {
		return RandomInputs.oneOf(random, "1", "2", "3", "", "\u0661") + RandomInputs.oneOf(random, "p", "u", "x", "")
				+ ".";
	}

	private static String cookieWithPath(SplittableRandom random) {
		String path = RandomInputs.oneOf(random, "", "/")
				+ RandomInputs.text(random, "/\\.:@?#%;a\t\r\n \u0000\u00e9", 20);
		return RandomInputs.oneOf(random, "1p.", "1u.", "2p.") + "AAAA.1.cg." + encode(path)
				+ RandomInputs.oneOf(random, "", ".", ".cg", "..cg");
	}

	@Test
	void alteredCookieOpensTheLoginOnlyWithItsSecret() {
		Fuzz.tries((random) -> {
			BindingCookie cookie = cookie(random);
			String altered = cookie.format();
			for (int i = random.nextInt(4); i >= 0; i--) {
				altered = altered(random, altered);
			}
			Optional<BindingCookie> parsed = BindingCookie.parse(altered);
			if (parsed.isPresent()) {
				LoginSealer sealer = TestRequests.sealer("shop");
				String found = parsed.get().secret();
				boolean same = found.equals(cookie.secret());
				assertThat(sealer.key("state", found).equals(sealer.key("state", cookie.secret()))).isEqualTo(same);
				byte[] sealed = Seal.seal(sealer.sealingKey("state", cookie.secret()), CONTENT);
				assertThat(Seal.open(sealer.sealingKey("state", found), sealed).isPresent()).isEqualTo(same);
			}
		});
	}

	private static String altered(SplittableRandom random, String text) {
		int at = RandomInputs.upTo(random, text.length());
		char character = RandomInputs.character(random, "12pu.AQgw_-=09zZ\" \u0000\u00e9");
		String before = text.substring(0, at);
		String after = text.substring(at);
		String afterNext = after.isEmpty() ? "" : after.substring(1);
		return switch (random.nextInt(5)) {
			case 0 -> before + character + after;
			case 1 -> before + character + afterNext;
			case 2 -> before;
			case 3 -> before + afterNext;
			default -> after + before;
		};
	}

	@Test
	void cookieComesBackAsItWas() {
		Fuzz.tries((random) -> {
			BindingCookie cookie = cookie(random);
			assertThat(BindingCookie.parse(cookie.format())).hasValue(cookie);
		});
	}

	private static BindingCookie cookie(SplittableRandom random) {
		String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(RandomInputs.bytes(random, 32));
		Instant issued = Instant.ofEpochSecond(Math.floorMod(RandomInputs.number(random, Long.SIZE), MAX_ISSUED + 1));
		String callback = random.nextBoolean() ? path(random) : null;
		return new BindingCookie(true, secret, issued, RandomInputs.text(random, ASCII, 10), path(random), callback,
				null, null);
	}

	private static String path(SplittableRandom random) {
		return "/a" + RandomInputs.text(random, "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[", 30);
	}

	private static String encode(String text) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

}
