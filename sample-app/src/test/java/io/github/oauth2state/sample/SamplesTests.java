package io.github.oauth2state.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the samples' build files for Gradle against those for Maven, which are built, and
 * all of them and what the documentation shows of them against this project.
 */
class SamplesTests {

	private static final Path ROOT = Path.of("..");

	private static final Path SAMPLES = ROOT.resolve("samples");

	private static final String GRADLE_DEPENDENCY = "(?m)^\\t%s[ (]['\"](.+?)['\"]\\)?$";

	private static final String GRADLE_COORDINATES = "(?:mplementation|platform)[ (]['\"](.+?)['\"]";

	private static final List<String> LANGUAGES_OF_GRADLE = List.of("kotlin", "groovy");

	private static final String TEST_PROFILE = "src/test/resources/application-test.yml";

	private static final String MAVEN_DEPENDENCY = "<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>"
			+ "(?:\\s*<version>([^<]+)</version>)?";

	@ParameterizedTest
	@CsvSource({ "minimal, build.gradle", "minimal-kotlin, build.gradle.kts", "minimal-webflux, build.gradle" })
	void gradleHasTheDependenciesOfMaven(String sample, String gradle) throws IOException {
		String dependencies = between(read(sample, "pom.xml"), "<dependencies>", "</dependencies>");
		String test = "\\s*<scope>test</scope>";
		Set<String> all = coordinates(dependencies, MAVEN_DEPENDENCY);
		Set<String> tests = coordinates(dependencies, MAVEN_DEPENDENCY + test);
		assertThat(all).hasSizeGreaterThan(4);
		assertThat(dependencies(sample, gradle, "testImplementation")).isEqualTo(tests);
		assertThat(dependencies(sample, gradle, "implementation"))
			.containsExactlyInAnyOrderElementsOf(all.stream().filter((one) -> !tests.contains(one)).toList());
	}

	@ParameterizedTest
	@CsvSource({ "minimal, build.gradle", "minimal-kotlin, build.gradle.kts", "minimal-webflux, build.gradle" })
	void gradleHasTheVersionsOfMaven(String sample, String gradle) throws IOException {
		String build = read(sample, gradle);
		String pom = read(sample, "pom.xml");
		assertThat(find(build, "org\\.springframework\\.boot['\")]+ version ['\"](.+?)['\"]"))
			.isEqualTo(find(between(pom, "<parent>", "</parent>"), "<version>(.+?)</version>"))
			.hasSize(1);
		assertThat(new TreeSet<>(find(build, "kotlin\\(.+?\\) version \"(.+?)\"")))
			.containsExactlyElementsOf(find(pom, "<kotlin.version>(.+?)</kotlin.version>"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "minimal", "minimal-kotlin", "minimal-webflux" })
	void samplesUseWhatThisProjectIsCompiledOn(String sample) throws IOException {
		String project = Files.readString(ROOT.resolve("pom.xml"));
		String pom = read(sample, "pom.xml");
		assertThat(find(between(pom, "<parent>", "</parent>"), "<version>(.+?)</version>"))
			.isEqualTo(find(project, "<spring-boot.version>(.+?)</spring-boot.version>"));
		assertThat(find(pom, "oauth2-state-spring-boot-starter</artifactId>\\s*<version>(.+?)</version>"))
			.containsExactly(projectVersion());
	}

	@ParameterizedTest
	@ValueSource(strings = { "minimal-kotlin", "minimal-webflux" })
	void allSamplesHaveTheSameConfiguration(String sample) throws IOException {
		String file = "src/main/resources/application.yml";
		assertThat(read(sample, file)).isEqualTo(read("minimal", file));
	}

	@Test
	void serversOfTheSamplesAreThoseOfThisProject() throws IOException {
		String project = Files.readString(ROOT.resolve("pom.xml"));
		assertThat(find(read("minimal-kotlin", "pom.xml"), "embedded-redis</artifactId>\\s*<version>(.+?)</version>"))
			.isEqualTo(find(project, "<embedded-redis.version>(.+?)</embedded-redis.version>"))
			.hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "README.md", "docs/getting-started.md", "docs/own-store.md", "docs/gateway.md",
			"docs/authorization-server.md", "docs/testing.md" })
	void pagesShowTheSameDependenciesForGradleAndMaven(String page) throws IOException {
		Set<String> maven = new TreeSet<>();
		blocks(page, "xml").forEach((block) -> maven.addAll(coordinates(block, MAVEN_DEPENDENCY)));
		assertThat(maven).isNotEmpty();
		for (String language : LANGUAGES_OF_GRADLE) {
			Set<String> gradle = new TreeSet<>();
			blocks(page, language).forEach((block) -> gradle.addAll(find(block, GRADLE_COORDINATES)));
			if (language.equals("kotlin") || !gradle.isEmpty()) {
				assertThat(gradle).isEqualTo(maven);
			}
		}
	}

	@Test
	void documentationHasTheVersionOfThisProject() throws IOException {
		List<String> versions = new ArrayList<>();
		for (Path page : pages()) {
			String text = Files.readString(page);
			versions.addAll(find(text, "oauth2-state-[a-z-]+</artifactId>\\s*<version>(.+?)</version>"));
			versions.addAll(find(text, "io\\.github\\.oauth2state:[a-z0-9-]+:([^'\"]+)"));
		}
		assertThat(versions).hasSizeGreaterThan(8).containsOnly(projectVersion());
	}

	@Test
	void pageAboutTestsHasTheCodeOfTheSamples() throws IOException {
		String page = "docs/testing.md";
		assertThat(blocks(page, "java")).containsExactly(code("minimal", "src/test/java/", "ShopApplicationTests.java"),
				code("minimal", "src/test/java/", "ShopWebTests.java"),
				code("minimal", "src/test/java/", "TestProvider.java"),
				code("minimal", "src/test/java/", "ShopLoginTests.java"),
				code("minimal-webflux", "src/test/java/", "ShopLoginTests.java"));
		assertThat(blocks(page, "yaml")).containsExactly(read("minimal", TEST_PROFILE));
		assertThat(read("minimal-webflux", TEST_PROFILE)).isEqualTo(read("minimal", TEST_PROFILE));
	}

	@Test
	void kotlinChainIsThatOfTheSample() throws IOException {
		assertThat(blocks("docs/getting-started.md", "kotlin"))
			.contains(code("minimal-kotlin", "src/main/kotlin/", "SecurityConfiguration.kt"));
	}

	private static List<Path> pages() throws IOException {
		try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
			return Stream
				.concat(files.filter((file) -> file.toString().endsWith(".md")), Stream.of(ROOT.resolve("README.md")))
				.toList();
		}
	}

	private static List<String> blocks(String page, String language) throws IOException {
		return find(Files.readString(ROOT.resolve(page)), "(?s)```" + language + "\n(.*?)```");
	}

	/**
	 * Returns what stands after the imports.
	 */
	private static String code(String sample, String sources, String file) throws IOException {
		String source = read(sample, sources + "com/example/shop/" + file);
		int lastImport = source.lastIndexOf("\nimport ");
		return source.substring(source.indexOf("\n\n", lastImport) + 2);
	}

	private static String projectVersion() throws IOException {
		return find(Files.readString(ROOT.resolve("pom.xml")), "<version>(.+?)</version>").get(0);
	}

	private static Set<String> dependencies(String sample, String gradle, String configuration) throws IOException {
		return new TreeSet<>(find(read(sample, gradle), GRADLE_DEPENDENCY.formatted(configuration)));
	}

	private static Set<String> coordinates(String pom, String pattern) {
		Set<String> coordinates = new TreeSet<>();
		Pattern.compile(pattern)
			.matcher(pom)
			.results()
			.forEach((result) -> coordinates.add(result.group(1) + ":" + result.group(2)
					+ ((result.group(3) != null) ? ":" + result.group(3) : "")));
		return coordinates;
	}

	private static String between(String text, String begin, String end) {
		return text.substring(text.indexOf(begin), text.indexOf(end));
	}

	private static List<String> find(String text, String pattern) {
		return Pattern.compile(pattern).matcher(text).results().map((result) -> result.group(1)).toList();
	}

	private static String read(String sample, String file) throws IOException {
		return Files.readString(SAMPLES.resolve(sample).resolve(file));
	}

}
