package io.github.oauth2state.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the samples' build files for Gradle against those for Maven, which are built, and
 * all of them and the README against this project.
 */
class SamplesTests {

	private static final Path ROOT = Path.of("..");

	private static final Path SAMPLES = ROOT.resolve("samples");

	private static final String GRADLE_DEPENDENCY = "(?m)^\\t%s[ (]['\"](.+?)['\"]\\)?$";

	private static final String MAVEN_DEPENDENCY = "<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>"
			+ "(?:\\s*<version>([^<]+)</version>)?";

	@ParameterizedTest
	@CsvSource({ "minimal, build.gradle", "minimal-kotlin, build.gradle.kts" })
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
	@CsvSource({ "minimal, build.gradle", "minimal-kotlin, build.gradle.kts" })
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
	@CsvSource({ "minimal", "minimal-kotlin" })
	void samplesUseWhatThisProjectIsCompiledOn(String sample) throws IOException {
		String project = Files.readString(ROOT.resolve("pom.xml"));
		String pom = read(sample, "pom.xml");
		assertThat(find(between(pom, "<parent>", "</parent>"), "<version>(.+?)</version>"))
			.isEqualTo(find(project, "<spring-boot.version>(.+?)</spring-boot.version>"));
		assertThat(find(pom, "oauth2-state-spring-boot-starter</artifactId>\\s*<version>(.+?)</version>"))
			.containsExactly(projectVersion());
	}

	@Test
	void bothLanguagesHaveTheSameConfiguration() throws IOException {
		String file = "src/main/resources/application.yml";
		assertThat(read("minimal-kotlin", file)).isEqualTo(read("minimal", file));
	}

	@Test
	void readmeHasTheVersionOfThisProject() throws IOException {
		String readme = Files.readString(ROOT.resolve("README.md"));
		assertThat(find(readme, "oauth2-state-spring-boot-starter</artifactId>\\s*<version>(.+?)</version>"))
			.containsExactly(projectVersion());
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
