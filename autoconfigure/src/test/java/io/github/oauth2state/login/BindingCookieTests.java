package io.github.oauth2state.login;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.web.BrowserRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BindingCookie}.
 */
class BindingCookieTests {

	private static final StateKey KEY = StateKey.of("shop", "login");

	private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

	private static final String SECRET = "S".repeat(43);

	private static final List<String> HOSTILE_PATHS = List.of("//evil.example", "/\\evil.example", "\\\\evil.example",
			"///evil.example", "https://evil.example", "https:evil.example", "javascript:alert(1)",
			"JaVaScRiPt:alert(1)", "data:text/html,<script>", "/\r\nSet-Cookie: a=b", "/a\nb", "/a\u0000b",
			"/\t/evil.example", " //evil.example", "", "evil.example", "?a", "#a", "/caf\u00e9", "/\u2028",
			"/\uff0f/evil.example", "/\ud83d\ude00", "\u0000", "/a b");

	@Test
	void whatWasFormattedParses() {
		List<BindingCookie> cookies = List.of(
				new BindingCookie(true, SECRET, NOW, "keycloak", "/oauth2/authorization/keycloak?a=b", null, null,
						null),
				new BindingCookie(
						true, SECRET, NOW, "keycloak", "/app/begin", "/app/login/oauth2/code/keycloak", null, null),
				new BindingCookie(true, SECRET, Instant.EPOCH, "", "/", null, null, null),
				new BindingCookie(true, SECRET, Instant.parse("9999-12-31T23:59:59Z"), "caf\u00e9-\ud83d\ude00", "/",
						"", null, null),
				new BindingCookie(false, "", NOW, "keycloak", "/oauth2/authorization/keycloak", null, null, null));
		for (BindingCookie cookie : cookies) {
			assertThat(BindingCookie.parse(cookie.format())).hasValue(cookie);
		}
	}

	/**
	 * Recorded once. Browsers hold cookies that earlier versions issued.
	 */
	@Test
	void cookiesOfEarlierVersionsParse() {
		assertThat(BindingCookie
			.parse("1p.SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS.tecxc0.a2V5Y2xvYWs.L2JlZ2luP2E9Yg.L2NhbGxiYWNr"))
			.hasValue(new BindingCookie(true, SECRET, NOW, "keycloak", "/begin?a=b", "/callback", null, null));
		assertThat(BindingCookie.parse("1u..tecxc0.a2V5Y2xvYWs.L2JlZ2lu"))
			.hasValue(new BindingCookie(false, "", NOW, "keycloak", "/begin", null, null, null));
	}

	@Test
	void valueIsOfCharactersThatEveryBrowserSendsBackAsTheyAre() {
		BindingCookie cookie = new BindingCookie(true, SECRET, NOW, "a;b=c, \"d\"\r\n", "/begin?a=b;c", "/call,back",
				null, null);
		assertThat(cookie.format()).matches("[A-Za-z0-9._-]+");
	}

	@Test
	void issuedIsKeptToTheSecond() {
		BindingCookie cookie = new BindingCookie(true, SECRET, NOW.plusNanos(999_999_999), "r", "/", null, null, null);
		assertThat(BindingCookie.parse(cookie.format())).map(BindingCookie::issued).hasValue(NOW);
	}

	@Test
	void everyLoginHasASecretOf256BitsOfItsOwn() {
		Set<String> secrets = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			BindingCookie cookie = BindingCookie.create(TestRequests.plain().build(), "/begin", "AAAAAA", null, NOW);
			assertThat(Base64.getUrlDecoder().decode(cookie.secret())).hasSize(256 / Byte.SIZE);
			assertThat(secrets.add(cookie.secret())).isTrue();
		}
	}

	@Test
	void loginThatBeginsIsPendingAndNotesWhereItBegan() {
		BindingCookie cookie = BindingCookie.create(TestRequests.oidc(), "/begin?a=b", "AAAAAA", null, NOW);
		assertThat(cookie.pending()).isTrue();
		assertThat(cookie.issued()).isEqualTo(NOW);
		assertThat(cookie.registrationId()).isEqualTo("keycloak");
		assertThat(cookie.restartPath()).isEqualTo("/begin");
		assertThat(cookie.callbackPath()).isNull();
		assertThat(BindingCookie.parse(cookie.format())).hasValue(cookie);
	}

	@Test
	void requestWithoutRegistrationIdHasAnEmptyOne() {
		assertThat(BindingCookie.create(TestRequests.plain().build(), "/begin", "AAAAAA", null, NOW).registrationId())
			.isEmpty();
	}

	@Test
	void onlyAPostedCallbackHasItsPathNoted() {
		assertThat(BindingCookie.create(TestRequests.posted(), "/begin", "AAAAAA", null, NOW).callbackPath())
			.isEqualTo(TestRequests.CALLBACK_PATH);
		OAuth2AuthorizationRequest query = TestRequests
			.oidc((builder) -> builder.additionalParameters((parameters) -> parameters.put("response_mode", "query")));
		assertThat(BindingCookie.create(query, "/begin", "AAAAAA", null, NOW).callbackPath()).isNull();
	}

	@Test
	void requestWithoutRedirectUriHasNoCallbackPath() {
		OAuth2AuthorizationRequest request = TestRequests.plain()
			.additionalParameters(Map.of("response_mode", "form_post"))
			.build();
		assertThat(BindingCookie.create(request, "/begin", "AAAAAA", null, NOW).callbackPath()).isNull();
	}

	@Test
	void usedMarkKeepsEverythingButTheSecret() {
		BindingCookie used = new BindingCookie(true, SECRET, NOW, "keycloak", "/begin", "/callback", null, null)
			.used(KEY);
		String key = Base64.getUrlEncoder().withoutPadding().encodeToString(KEY.toByteArray());
		assertThat(used).isEqualTo(new BindingCookie(false, key, NOW, "keycloak", "/begin", "/callback", null, null));
		assertThat(used.format()).doesNotContain(SECRET);
		assertThat(BindingCookie.parse(used.format())).hasValue(used);
		assertThat(used.usedKey()).hasValue(KEY.toByteArray());
		assertThat(used.used(StateKey.of("shop", "other"))).isEqualTo(used);
	}

	@Test
	void usedMarkOfAnOlderReleaseHasNoKey() {
		BindingCookie used = new BindingCookie(false, "", NOW, "keycloak", "/begin", null, "AAAAAA", null);
		assertThat(used.usedKey()).isEmpty();
		assertThat(used.used(KEY)).isEqualTo(used);
		assertThat(BindingCookie.parse(used.format())).hasValue(used);
	}

	@Test
	void restartPathMayHave512Characters() {
		String longest = "/" + "a".repeat(511);
		assertThat(restartPath(longest)).isEqualTo(longest);
		assertThat(restartPath(longest + "a")).isEqualTo("/");
	}

	@Test
	void restartPathHasNoQuery() {
		assertThat(restartPath("/begin?a=b")).isEqualTo("/begin");
		assertThat(restartPath("/begin?a=\\evil")).isEqualTo("/begin");
	}

	@Test
	void loginThatBeginsOnAHostilePathRestartsAtTheRoot() {
		for (String path : HOSTILE_PATHS) {
			assertThat(restartPath(path)).as(path).isEqualTo("/");
		}
	}

	@Test
	void longestCookieThatBeginsStaysWithinItsCap() {
		OAuth2AuthorizationRequest request = TestRequests.plain()
			.redirectUri("https://shop.example.com/" + "c".repeat(255))
			.additionalParameters(Map.of("response_mode", "form_post"))
			.attributes(Map.of("registration_id", "r".repeat(255)))
			.build();
		BindingCookie cookie = BindingCookie.create(request, "/" + "a".repeat(511), "AAAAAA", null, NOW);
		assertThat(cookie.format()).hasSizeLessThan(2048);
		assertThat(BindingCookie.parse(cookie.format())).hasValue(cookie);
	}

	@Test
	void valueIsReadUpTo4096Characters() {
		String value = new BindingCookie(true, SECRET, NOW, "", "/begin", null, null, null).format() + ".";
		assertThat(BindingCookie.parse(value + callbackOfLength(4096 - value.length()))).isPresent();
		assertThat(BindingCookie.parse(value + callbackOfLength(4098 - value.length()))).isEmpty();
		assertThat(BindingCookie.parse(value + callbackOfLength(4_000_000))).isEmpty();
	}

	/**
	 * Base64 without a lone last character, which would not parse for that reason.
	 */
	private static String callbackOfLength(int length) {
		assertThat(length % 4).isNotEqualTo(1);
		return "A".repeat(length);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ".", "....", "1p", "1p....", "4p.SSSS.tecxc0.cg.Lw", "0p.SSSS.tecxc0.cg.Lw",
			"1x.SSSS.tecxc0.cg.Lw", "p.SSSS.tecxc0.cg.Lw", "1p.SSSS..cg.Lw", "1p.SSSS.tecxc0.cg", "1p.SSSS.-1.cg.Lw",
			"1p.SSSS.+1.cg.Lw", "1p.SSSS.TECXC0.cg.Lw", "1p.SSSS.zzzzzzzzz.cg.Lw", "1p.SSSS.tecxc0.c.Lw",
			"1p.SSSS.tecxc0.cg.L", "1p.SSSS.tecxc0.cg.Lw.a", "1p.SSSS.tecxc0.cg.Lw==", "1p.SSSS.tecxc0.cg.Lw.Lw.Lw",
			"1p.SS+S.tecxc0.cg.Lw", "1p.SS/S.tecxc0.cg.Lw", " 1p.SSSS.tecxc0.cg.Lw", "1p.SSSS.tecxc0.cg.Lw ",
			"1p.SSSS.tecxc0.cg.Lw\n", "\"1p.SSSS.tecxc0.cg.Lw\"", "1p.SSSS.tecxc0.cg.Lw\u0000", "1p.SSSS.\u0661.cg.Lw",
			"1\uff50.SSSS.tecxc0.cg.Lw", "1p.SSSS.tecxc0.cg.\uff2cw", "1p.SSSS.tecxc0.cg.", "1p.SSSS.tecxc0.cg.YQ" })
	void whatDoesNotLookLikeOneIsNone(String value) {
		assertThat(BindingCookie.parse(value)).isEmpty();
	}

	@Test
	void secretOfMoreThan43CharactersIsNone() {
		assertThat(BindingCookie.parse("1p." + "S".repeat(43) + ".tecxc0.cg.Lw")).isPresent();
		assertThat(BindingCookie.parse("1p." + "S".repeat(44) + ".tecxc0.cg.Lw")).isEmpty();
	}

	@Test
	void anyTimeThatParsesIsATime() {
		assertThat(BindingCookie.parse("1p.SSSS.zzzzzzzz.cg.Lw")).map(BindingCookie::issued)
			.hasValue(Instant.ofEpochSecond(Long.parseLong("zzzzzzzz", 36)));
		assertThat(BindingCookie.parse("1p.SSSS.0.cg.Lw")).map(BindingCookie::issued).hasValue(Instant.EPOCH);
	}

	@Test
	void cookieThatRestartsAnywhereElseIsNone() {
		for (String path : HOSTILE_PATHS) {
			assertThat(BindingCookie.parse("1p." + SECRET + ".tecxc0.cg." + base64(path))).as(path).isEmpty();
			assertThat(BindingCookie.parse("1u..tecxc0.cg." + base64(path))).as(path).isEmpty();
		}
	}

	@Test
	void bytesThatAreNoUtf8AreNoPath() {
		byte[] overlongSlash = { '/', (byte) 0xc0, (byte) 0xaf, 'e', 'v', 'i', 'l' };
		String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(overlongSlash);
		assertThat(BindingCookie.parse("1p." + SECRET + ".tecxc0.cg." + encoded)).isEmpty();
	}

	@Test
	void noHostileValueFailsOrLeadsAway() {
		Random random = new Random(20260501);
		int parsed = 0;
		for (int i = 0; i < 100_000; i++) {
			String value = switch (random.nextInt(3)) {
				case 0 -> randomText(random, 80);
				case 1 -> mutated(random,
						new BindingCookie(true, SECRET, NOW, "keycloak", "/begin", "/call", null, null).format());
				default -> "1p." + SECRET + ".tecxc0.cg." + base64(hostilePath(random));
			};
			Optional<BindingCookie> cookie = BindingCookie.parse(value);
			if (cookie.isPresent()) {
				parsed++;
				assertLeadsNowhereElse(cookie.get().restartPath());
				assertThat(BindingCookie.parse(cookie.get().used(KEY).format())).hasValue(cookie.get().used(KEY));
			}
		}
		assertThat(parsed).isGreaterThan(1000);
	}

	/**
	 * Not by the pattern of {@link BrowserRequest#isLocalPath}: by what a browser makes
	 * of it.
	 */
	private static void assertLeadsNowhereElse(String path) {
		String seenByBrowser = path.replace('\\', '/').replaceAll("[\\t\\r\\n]", "").strip();
		assertThat(seenByBrowser).isEqualTo(path).startsWith("/").doesNotStartWith("//");
		assertThat(path.codePoints()).allMatch((character) -> character > 0x20 && character < 0x7f);
		try {
			URI target = URI.create("https://shop.example.com/login").resolve(URI.create(path));
			assertThat(target.getHost()).isEqualTo("shop.example.com");
			assertThat(target.getScheme()).isEqualTo("https");
		}
		catch (IllegalArgumentException ex) {
			// Not all that browsers take is a URI by RFC 2396.
			assertThat(path).containsAnyOf("%", "\"", "<", ">", "^", "`", "{", "|", "}", "[", "]", "#");
		}
	}

	private static String hostilePath(Random random) {
		List<String> pieces = List.of("/", "/", "/", "\\", "evil.example", "a", "?", "#", ":", "@", "%2f", "%5c", ".",
				"..", "javascript:", "https:", "\r\n", "\t", " ", "\u0000", "\u00e9", "\uff0f", "\ud83d\ude00",
				"\u2028", ";", "|", "a".repeat(300));
		StringBuilder path = new StringBuilder();
		for (int i = random.nextInt(6); i >= 0; i--) {
			path.append(pieces.get(random.nextInt(pieces.size())));
		}
		return path.toString();
	}

	private static String mutated(Random random, String value) {
		StringBuilder mutated = new StringBuilder(value);
		for (int i = random.nextInt(3); i >= 0; i--) {
			int at = random.nextInt(mutated.length());
			switch (random.nextInt(4)) {
				case 0 -> mutated.setCharAt(at, randomCharacter(random));
				case 1 -> mutated.insert(at, randomCharacter(random));
				case 2 -> mutated.deleteCharAt(at);
				default -> mutated.append(value.toUpperCase(Locale.ROOT), 0, at % value.length());
			}
		}
		return mutated.toString();
	}

	private static String randomText(Random random, int maxLength) {
		StringBuilder text = new StringBuilder();
		for (int i = random.nextInt(maxLength); i > 0; i--) {
			text.append(randomCharacter(random));
		}
		return text.toString();
	}

	private static char randomCharacter(Random random) {
		String usual = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_....";
		return (random.nextInt(20) > 0) ? usual.charAt(random.nextInt(usual.length()))
				: (char) random.nextInt(Character.MAX_VALUE + 1);
	}

	private static String restartPath(String path) {
		return BindingCookie.create(TestRequests.plain().build(), path, "AAAAAA", null, NOW).restartPath();
	}

	private static String base64(String text) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

}
