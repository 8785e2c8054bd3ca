package io.github.oauth2state.sample;

import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The app with {@code spring-boot-docker-compose}, as its developers would run it:
 * nothing says where the servers are but the compose file. Needs version 2 of Compose.
 */
@Tag("docker")
class DockerComposeTests {

	/**
	 * The servers are stopped, and removed, when this JVM ends.
	 */
	private static final String[] COMPOSE = { "--spring.docker.compose.file=src/test/resources/compose.yaml",
			"--spring.docker.compose.arguments=--project-name=oauth2-state-tests",
			"--spring.docker.compose.skip.in-tests=false", "--spring.docker.compose.stop.command=down",
			"--spring.docker.compose.stop.arguments=--volumes" };

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc" })
	void loginIsKeptInTheServiceAndTakenFromIt(String store) throws Exception {
		try (StubIssuer issuer = new StubIssuer();
				ConfigurableApplicationContext app = SpringApplication.run(SampleApplication.class,
						Stream.of(COMPOSE, KeptLogin.arguments(issuer, store))
							.flatMap(Stream::of)
							.toArray(String[]::new))) {
			KeptLogin.assertIn(store, app);
		}
	}

}
