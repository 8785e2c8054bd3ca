package io.github.oauth2state.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.fuzz.Fuzz;
import io.github.oauth2state.fuzz.RandomInputs;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random texts as paths to redirect to.
 */
class LocalPathFuzzTests {

	private static final URI APP = URI.create("https://shop.example/login/oauth2/code/idp");

	private static final String HOSTILE = "/\\.:@?#%;&=ae2fFc5[]{}|^`\"<>\t\r\n "
			+ "\u0000\u007f\u0085\u00a0\u00e9\u2028\u2044\uff0f\uff3c\ud800";

	private static final String[] PIECES = { "/", "//", "\\", "/\\", "\t", "\n", "%2f", "%5c", "%09", "..", ".", "@",
			":", "?", "#", "https:", "javascript:", "evil.example", "a", ";", "\u0000", "\uff0f" };

	private static final String ORDINARY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			+ "-._~!$&'()*+,;=:@%?/#";

	@Test
	void pathThatIsAcceptedStaysInTheApp() {
		Fuzz.tries((random) -> {
			String path = path(random);
			if (BrowserRequest.isLocalPath(path)) {
				assertThat(path).startsWith("/").doesNotStartWith("//").doesNotContain("\\");
				assertThat(path.chars()).allMatch((character) -> character > ' ' && character < 0x7f);
				assertThat(isOfAnotherOriginToBrowsers(path)).isFalse();
				assertStaysInTheAppForJava(path);
			}
		});
	}

	private static void assertStaysInTheAppForJava(String path) {
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

	@Test
	void ordinaryPathIsAccepted() {
		Fuzz.tries((random) -> assertThat(BrowserRequest.isLocalPath("/a" + RandomInputs.text(random, ORDINARY, 40)))
			.isTrue());
	}

	private static String path(SplittableRandom random) {
		return switch (random.nextInt(6)) {
			case 0 -> RandomInputs.text(random, 20);
			case 1 -> RandomInputs.text(random, HOSTILE, 20);
			case 2 -> pieces(random);
			case 3, 4 -> "/" + RandomInputs.text(random, HOSTILE, 20);
			default -> "/" + pieces(random);
		};
	}

	private static String pieces(SplittableRandom random) {
		return String.join("",
				RandomInputs.list(RandomInputs.upTo(random, 6), () -> RandomInputs.oneOf(random, PIECES)));
	}

}
