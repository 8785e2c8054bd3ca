package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that codes that nobody redeems leave nothing behind, at two instances that clean
 * their table while they issue codes.
 */
@Timeout(1800)
@Tag("full")
class AbandonedCodesTests {

	@ParameterizedTest
	@CsvSource({ "true", "false" })
	void tableIsEmptyAfterTheLifeOfManyCodesThatNobodyRedeems(boolean singleUse) throws Exception {
		TestPostgres postgres = TestPostgres.instance();
		String database = postgres.createDatabase();
		postgres.execute(database, ProviderApp.schema());
		List<String> properties = List.of("spring.datasource.url=" + postgres.url(database),
				"spring.datasource.username=" + postgres.username(),
				"spring.datasource.password=" + postgres.password(), "provider.code-life=2s", "oauth2-state.store=jdbc",
				"oauth2-state.jdbc.initialize-schema=always",
				"oauth2-state.authorization-server.single-use=" + singleUse,
				"oauth2-state.authorization-server.cleanup.enabled=true",
				"oauth2-state.authorization-server.cleanup.interval=1s",
				"oauth2-state.authorization-server.cleanup.retention=0s");
		int codes = Scale.of(2000);
		try (ConfigurableApplicationContext one = ProviderApp.start(properties);
				ConfigurableApplicationContext two = ProviderApp.start(properties)) {
			long begun = System.nanoTime();
			issue(codes, ProviderApp.port(one), ProviderApp.port(two));
			long issued = System.nanoTime();
			Awaitility.await()
				.atMost(Duration.ofMinutes(10))
				.until(() -> postgres.queryNumber(database, "SELECT count(*) FROM oauth2_authorization") == 0);
			System.out.printf("%d codes were issued in %d s, and gone %d s later%n", codes,
					Duration.ofNanos(issued - begun).toSeconds(),
					Duration.ofNanos(System.nanoTime() - issued).toSeconds());
			ProviderClient plain = new ProviderClient("plain");
			assertThat(plain.redeem(ProviderApp.port(one), plain.authorize(ProviderApp.port(two))).statusCode())
				.isEqualTo(200);
		}
	}

	private static void issue(int codes, int... ports) throws Exception {
		ProviderClient plain = new ProviderClient("plain");
		ExecutorService executor = Executors.newFixedThreadPool(8);
		try {
			List<Future<String>> issued = IntStream.range(0, codes)
				.mapToObj((i) -> executor.submit(() -> plain.authorize(ports[i % ports.length])))
				.toList();
			for (Future<String> code : issued) {
				assertThat(code.get()).isNotEmpty();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

}
