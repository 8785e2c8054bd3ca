package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random texts as binding cookies.
 */
class BindingCookieFuzzTests {

	private static final byte[] CONTENT = { 1, 2, 3 };

	@Property
	void textIsACookieOrNone(@ForAll("texts") String text) {
		BindingCookie.parse(text).ifPresent((cookie) -> {
			assertThat(cookie.secret()).matches("[A-Za-z0-9_-]{0,43}");
			assertThat(LocalPath.isLocal(cookie.restartPath())).isTrue();
			assertThat(BindingCookie.parse(cookie.used().format())).hasValue(cookie.used());
		});
	}

	@Provide
	Arbitrary<String> texts() {
		Arbitrary<String> field = Arbitraries.strings().withChars("Aa0_-=+/~\u0000\uff21").ofMaxLength(8);
		Arbitrary<String> like = Combinators
			.combine(Arbitraries.of("1", "2", "3", "", "\u0661"), Arbitraries.of("p", "u", "x", ""),
					field.list().ofMaxSize(9))
			.as((version, status, fields) -> version + status + "." + String.join(".", fields));
		Arbitrary<String> paths = Arbitraries.strings()
			.withChars("/\\.:@?#%;a\t\r\n \u0000\u00e9")
			.ofMaxLength(20)
			.map((path) -> "1p.AAAA.1.cg." + BindingCookieFuzzTests.encode(path));
		return Arbitraries.oneOf(Arbitraries.strings().all().ofMaxLength(60), like, paths);
	}

	@Property
	void alteredCookieOpensTheLoginOnlyWithItsSecret(@ForAll("cookies") BindingCookie cookie,
			@ForAll("alterations") List<Alteration> alterations) {
		String altered = cookie.format();
		for (Alteration alteration : alterations) {
			altered = alteration.apply(altered);
		}
		Optional<BindingCookie> parsed = BindingCookie.parse(altered);
		if (parsed.isPresent()) {
			LoginKeys keys = LoginKeys.of("shop", "state", cookie.secret());
			LoginKeys found = LoginKeys.of("shop", "state", parsed.get().secret());
			boolean same = parsed.get().secret().equals(cookie.secret());
			assertThat(found.key().equals(keys.key())).isEqualTo(same);
			assertThat(Seal.open(found.sealingKey(), Seal.seal(keys.sealingKey(), CONTENT)).isPresent())
				.isEqualTo(same);
		}
	}

	@Property
	void cookieComesBackAsItWas(@ForAll("cookies") BindingCookie cookie) {
		assertThat(BindingCookie.parse(cookie.format())).hasValue(cookie);
	}

	@Provide
	Arbitrary<BindingCookie> cookies() {
		Arbitrary<String> secrets = Arbitraries.bytes()
			.array(byte[].class)
			.ofSize(32)
			.map((secret) -> Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
		Arbitrary<String> paths = Arbitraries.strings()
			.withCharRange('!', '[')
			.ofMaxLength(30)
			.map((path) -> "/a" + path);
		return Combinators
			.combine(secrets, Arbitraries.longs().between(0, 2_821_109_907_455L),
					Arbitraries.strings().ascii().ofMaxLength(10), paths, paths.injectNull(0.5))
			.as((secret, issued, registration, restart, callback) -> new BindingCookie(true, secret,
					Instant.ofEpochSecond(issued), registration, restart, callback));
	}

	@Provide
	Arbitrary<List<Alteration>> alterations() {
		return Combinators
			.combine(Arbitraries.of(Alteration.Kind.class), Arbitraries.doubles().between(0, 1),
					Arbitraries.chars().with("12pu.AQgw_-=09zZ\" \u0000\u00e9"))
			.as(Alteration::new)
			.list()
			.ofMinSize(1)
			.ofMaxSize(4);
	}

	private static String encode(String text) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Something done to a text at one place.
	 */
	record Alteration(Kind kind, double where, char character) {

		String apply(String text) {
			int at = (int) (this.where * text.length());
			String before = text.substring(0, at);
			String after = text.substring(at);
			return switch (this.kind) {
				case INSERT -> before + this.character + after;
				case REPLACE -> before + this.character + (after.isEmpty() ? "" : after.substring(1));
				case CUT -> before;
				case REMOVE -> before + (after.isEmpty() ? "" : after.substring(1));
				case SWAP -> after + before;
			};
		}

		enum Kind {

			INSERT, REPLACE, CUT, REMOVE, SWAP

		}

	}

}
