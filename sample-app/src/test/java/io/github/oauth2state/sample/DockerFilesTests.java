package io.github.oauth2state.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the files in {@code docker} against each other and against the app, as far as
 * that needs no Docker.
 */
class DockerFilesTests {

	private static final Path ROOT = Path.of("..");

	private static final Path DOCKER = ROOT.resolve("docker");

	private static final Pattern EXACT_IMAGE = Pattern.compile("[a-z/-]+:v?\\d+(\\.\\d+)+(_\\d+)?(-[a-z]+)*");

	private static final Pattern HEALTH = Pattern.compile("(?:uri |http://[^/\\s\"]+:8080)(/actuator/[^\\s\"]+)");

	private static final List<String> COMPOSE_FILES = List.of("compose.yaml", "compose.hardened.yaml",
			"compose.gateway.yaml");

	@Test
	void everyImageThatIsNotBuiltHereHasAnExactTag() throws IOException {
		Set<String> images = new TreeSet<>(find(read("Dockerfile"), "(?m)^FROM (\\S+)"));
		for (Map<String, Object> service : services()) {
			if (!service.containsKey("build") && service.get("image") instanceof String image) {
				images.add(image);
			}
		}
		assertThat(images).hasSizeGreaterThan(4).allMatch(EXACT_IMAGE.asMatchPredicate());
	}

	@Test
	void everyFileThatIsMountedIsThere() throws IOException {
		List<String> mounted = new ArrayList<>();
		for (String file : COMPOSE_FILES) {
			mounted.addAll(find(read(file), "(?m)^\\s+- \\./([^:\\s]+):"));
			mounted.addAll(find(read(file), "/usr/local/etc/(haproxy/[a-z]+\\.cfg)"));
		}
		assertThat(mounted).hasSizeGreaterThan(5).allMatch((path) -> Files.exists(DOCKER.resolve(path)));
	}

	@Test
	void everyJarIsInTheBuildsContext() throws IOException {
		List<String> included = Files.readAllLines(ROOT.resolve(".dockerignore"));
		for (String file : COMPOSE_FILES) {
			assertThat(find(read(file), "(?m)^\\s+JAR: (\\S+)")).isNotEmpty()
				.allMatch((jar) -> included.contains("!" + jar));
		}
	}

	@Test
	void everyRuleFileIsThere() throws IOException {
		for (Object pattern : (List<?>) yaml(read("prometheus/prometheus.yml")).get("rule_files")) {
			assertThat(DOCKER.resolve("prometheus")).isDirectoryRecursivelyContaining("glob:**/" + pattern);
		}
	}

	@Test
	void everyInstanceIsBalancedAndScraped() throws IOException {
		Set<String> balanced = new TreeSet<>(
				find(read("haproxy/cluster.cfg"), "(?m)^ +server(?:-template)? .*?(app-\\d):8080$"));
		assertThat(balanced).isEqualTo(new TreeSet<>(find(read("prometheus/prometheus.yml"), "- (app-\\d)")));
		assertThat(balanced).isEqualTo(new TreeSet<>(find(read("compose.yaml"), "(?m)^  (app-\\d):$")))
			.isEqualTo(new TreeSet<>(find(read("compose.yaml"), "(?m)^  (app-\\d)-jdbc:$")))
			.isEqualTo(new TreeSet<>(find(read("compose.hardened.yaml"), "(?m)^  (app-\\d):$")))
			.isEqualTo(new TreeSet<>(find(read("compose.gateway.yaml"), "(?m)^  (app-\\d)(?:-jdbc)?:$")));
	}

	@Test
	void redirectUrisAreWhereTheBalancerIsReached() throws IOException {
		Set<String> ports = Set.of("http://localhost:8080", "https://localhost:8443");
		assertThat(find(read("compose.yaml"), "(https?://localhost:\\d+)/login/oauth2/code/demo"))
			.containsExactlyInAnyOrderElementsOf(ports);
		assertThat(find(read("compose.yaml") + read("compose.hardened.yaml"), "127\\.0\\.0\\.1:(8080|8443):\\1"))
			.containsExactlyInAnyOrder("8080", "8443");
		assertThat(find(read("haproxy/http.cfg") + read("haproxy/https.cfg"), "bind :(\\d+)"))
			.containsExactlyInAnyOrder("8080", "8443", "8080");
	}

	@Test
	void userOfTheHardenedRedisHasTheDocumentedRights() throws IOException {
		List<String> documented = find(Files.readString(ROOT.resolve("docs/configuration.md")),
				"starter needs `([^`]+)` on `~oauth2-state:\\*`");
		assertThat(find(read("hardened/init.sh"), "(?m)^user app on \\S+ \\S+ ~oauth2-state:\\* (.+)$"))
			.isEqualTo(documented)
			.hasSize(1);
	}

	@Test
	void whatIsAskedOfTheAppIsAnswered() throws Exception {
		Set<String> paths = new TreeSet<>(find(read("prometheus/prometheus.yml"), "metrics_path: (/actuator/\\S+)"));
		Stream.of(read("haproxy/cluster.cfg"), read("compose.yaml"))
			.flatMap((text) -> HEALTH.matcher(text).results())
			.map((MatchResult path) -> path.group(1))
			.forEach(paths::add);
		assertThat(paths).containsExactly("/actuator/health/readiness", "/actuator/prometheus");
		try (StubIssuer issuer = new StubIssuer();
				ConfigurableApplicationContext app = SpringApplication.run(SampleApplication.class, "--server.port=0",
						"--spring.security.oauth2.client.provider.demo.issuer-uri=" + issuer.uri())) {
			String base = "http://localhost:" + app.getEnvironment().getRequiredProperty("local.server.port");
			for (String path : paths) {
				assertThat(status(base + path)).isEqualTo(200);
			}
		}
	}

	private static int status(String uri) throws IOException, InterruptedException {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.discarding())
			.statusCode();
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> services() throws IOException {
		List<Map<String, Object>> services = new ArrayList<>();
		for (String file : COMPOSE_FILES) {
			services.addAll(((Map<String, Map<String, Object>>) yaml(read(file)).get("services")).values());
		}
		return services;
	}

	private static Map<String, Object> yaml(String text) {
		return new Yaml().load(text);
	}

	private static List<String> find(String text, String pattern) {
		return Pattern.compile(pattern).matcher(text).results().map((result) -> result.group(1)).toList();
	}

	private static String read(String file) throws IOException {
		return Files.readString(DOCKER.resolve(file));
	}

}
