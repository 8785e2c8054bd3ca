package io.github.oauth2state.sample;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The app on servers from Testcontainers, as its developers would run it: nothing says
 * where they are but {@code @ServiceConnection}.
 */
@Tag("docker")
class ServiceConnectionTests {

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc" })
	void loginIsKeptInTheContainerAndTakenFromIt(String store) throws Exception {
		try (StubIssuer issuer = new StubIssuer();
				ConfigurableApplicationContext app = SpringApplication.from(SampleApplication::main)
					.with(Containers.class)
					.run(KeptLogin.arguments(issuer, store))
					.getApplicationContext()) {
			KeptLogin.assertIn(store, app);
		}
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Containers {

		@Bean
		@ServiceConnection("redis")
		GenericContainer<?> redis() {
			return new GenericContainer<>("redis:7-alpine").withExposedPorts(6379);
		}

		@Bean
		@ServiceConnection
		PostgreSQLContainer postgres() {
			return new PostgreSQLContainer("postgres:17-alpine");
		}

	}

}
