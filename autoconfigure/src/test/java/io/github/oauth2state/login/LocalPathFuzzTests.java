package io.github.oauth2state.login;

import java.net.URI;
import java.net.URISyntaxException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random texts as paths to redirect to.
 */
class LocalPathFuzzTests {

	private static final URI APP = URI.create("https://shop.example/login/oauth2/code/idp");

	@Property
	void pathThatIsAcceptedStaysInTheApp(@ForAll("paths") String path) {
		if (LocalPath.isLocal(path)) {
			assertThat(path).startsWith("/").doesNotStartWith("//").doesNotContain("\\");
			assertThat(path.chars()).allMatch((character) -> character > ' ' && character < 0x7f);
			assertThat(isOfAnotherOriginToBrowsers(path)).isFalse();
			try {
				URI target = APP.resolve(new URI(path));
				assertThat(target.getScheme()).isEqualTo(APP.getScheme());
				assertThat(target.getAuthority()).isEqualTo(APP.getAuthority());
			}
			catch (URISyntaxException ex) {
				assertThat(ex.getMessage()).as("what browsers take and Java does not")
					.containsAnyOf("Illegal character", "Malformed escape");
			}
		}
	}

	/**
	 * The URL standard, section 4.4, as far as it concerns where the authority of a
	 * relative reference begins: spaces and control characters around it are dropped,
	 * tabs and line breaks everywhere, and a backslash is a slash.
	 */
	private static boolean isOfAnotherOriginToBrowsers(String reference) {
		String seen = reference.replaceAll("^[\\x00-\\x20]+|[\\x00-\\x20]+$", "")
			.replaceAll("[\\t\\r\\n]", "")
			.replace('\\', '/');
		return seen.startsWith("//") || seen.matches("(?s)[A-Za-z][A-Za-z0-9+.-]*:.*");
	}

	@Property
	void ordinaryPathIsAccepted(@ForAll("ordinaryPaths") String path) {
		assertThat(LocalPath.isLocal(path)).isTrue();
	}

	@Provide
	Arbitrary<String> paths() {
		Arbitrary<String> hostile = Arbitraries.strings()
			.withChars(
					"/\\.:@?#%;&=ae2fFc5[]{}|^`\"<>\t\r\n \u0000\u007f\u0085\u00a0\u00e9\u2028\u2044\uff0f\uff3c\ud800")
			.ofMaxLength(20);
		Arbitrary<String> pieces = Arbitraries
			.of("/", "//", "\\", "/\\", "\t", "\n", "%2f", "%5c", "%09", "..", ".", "@", ":", "?", "#", "https:",
					"javascript:", "evil.example", "a", ";", "\u0000", "\uff0f")
			.list()
			.ofMaxSize(6)
			.map((all) -> String.join("", all));
		Arbitrary<String> rooted = Arbitraries.oneOf(hostile, pieces).map((path) -> "/" + path);
		return Arbitraries.oneOf(hostile, pieces, rooted, Arbitraries.strings().all().ofMaxLength(20));
	}

	@Provide
	Arbitrary<String> ordinaryPaths() {
		return Arbitraries.strings()
			.alpha()
			.numeric()
			.withChars("-._~!$&'()*+,;=:@%?/#")
			.ofMaxLength(40)
			.map((path) -> "/a" + path);
	}

}
