package io.github.oauth2state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds docs/test-catalogue.md to the tests that there are.
 */
class TestCatalogueTests {

	private static final Path ROOT = Path.of("..");

	/**
	 * A class, a class and one of its methods, or another method of the class before.
	 */
	private static final Pattern NAME = Pattern.compile("`(\\w+(?:Tests|Contract))?(?:\\.(\\w+))?`");

	private static final Map<String, String> SOURCES = sources();

	private static Map<String, String> sources() {
		Map<String, String> sources = new TreeMap<>();
		try (Stream<Path> files = Files.walk(ROOT)) {
			files.filter((file) -> file.toString().matches(".*/src/(main|test)/java/.*(Tests|Contract)\\.java"))
				.forEach((file) -> sources.put(file.getFileName().toString().replace(".java", ""), read(file)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return sources;
	}

	static Stream<String> rows() {
		return read(ROOT.resolve("docs/test-catalogue.md")).lines().filter((line) -> line.startsWith("|"));
	}

	@ParameterizedTest
	@MethodSource("rows")
	void testsThatARowNamesAreThere(String row) {
		String type = "";
		Matcher names = NAME.matcher(row);
		for (MatchResult name : names.results().toList()) {
			type = (name.group(1) != null) ? name.group(1) : type;
			assertThat(SOURCES).containsKey(type);
			if (name.group(2) != null) {
				assertThat(SOURCES.get(type)).contains(" " + name.group(2) + "(");
			}
		}
	}

	@Test
	void namesAreFoundInIt() {
		assertThat(rows().flatMap((row) -> NAME.matcher(row).results())).hasSizeGreaterThan(100);
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
