package io.github.oauth2state;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the licences of all that the published jars need, by their SBOMs, to those that
 * we accept and to docs/licences.md.
 */
@DisabledIfSystemProperty(named = "maven", matches = "offline: true",
		disabledReason = "Maven writes no SBOM while offline")
class LicencesTests {

	private static final Path PAGE = Path.of("../docs/licences.md");

	/**
	 * Open source, and none of them asks anything of the code of an app.
	 */
	private static final Set<String> ACCEPTED = Set.of("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
			"EPL-2.0", "MIT", "MIT-0");

	/**
	 * By what comes with the starter, then with the tests, then only if an app adds it.
	 */
	private static final Map<String, Component> COMPONENTS = components();

	@Test
	void everyLicenceIsAccepted() {
		assertThat(COMPONENTS).hasSizeGreaterThan(100);
		assertThat(COMPONENTS.values()).allMatch(
				(component) -> component.licences().stream().anyMatch(ACCEPTED::contains),
				"one of its licences is among " + ACCEPTED);
	}

	@Test
	void pageListsThemAll() throws IOException {
		String rows = COMPONENTS.values().stream().map(Component::row).collect(Collectors.joining("\n"));
		Path actual = Files.writeString(Files.createDirectories(Path.of("target")).resolve("licences.txt"), rows);
		assertThat(Files.readAllLines(PAGE).stream().filter((line) -> line.startsWith("| `")).toList())
			.as("Copy the rows of " + actual.toAbsolutePath() + " to " + PAGE)
			.containsExactlyElementsOf(rows.lines().toList());
	}

	private static Map<String, Component> components() {
		Map<String, Component> components = new TreeMap<>();
		addTo(components, "starter", "the starter");
		addTo(components, "test", "the tests of a store");
		addTo(components, "autoconfigure", "only if your app adds it");
		return components;
	}

	private static void addTo(Map<String, Component> components, String module, String with) {
		for (JsonNode component : sbom("oauth2-state-spring-boot-" + module).path("components")) {
			String name = component.path("group").asString() + ":" + component.path("name").asString();
			if (!name.startsWith("io.github.oauth2state:")) {
				components.putIfAbsent(name, new Component(name, licences(component), with));
			}
		}
	}

	/**
	 * Returns the SPDX ids of the licences, or their names if SPDX has no id for them. A
	 * user of the component chooses one of them.
	 */
	private static List<String> licences(JsonNode component) {
		List<String> licences = new ArrayList<>();
		for (JsonNode choice : component.path("licenses")) {
			JsonNode licence = choice.path("license");
			licences
				.add(licence.path("id").asString(licence.path("name").asString(choice.path("expression").asString())));
		}
		return licences;
	}

	private static JsonNode sbom(String module) {
		String resource = "/META-INF/sbom/" + module + ".cdx.json";
		try (InputStream input = LicencesTests.class.getResourceAsStream(resource)) {
			return new JsonMapper().readTree(Objects.requireNonNull(input, () -> resource + " is not there"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private record Component(String name, List<String> licences, String with) {

		String row() {
			return "| `%s` | %s | %s |".formatted(this.name, String.join(" or ", this.licences), this.with);
		}

	}

}
