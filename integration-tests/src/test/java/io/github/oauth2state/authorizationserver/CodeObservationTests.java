package io.github.oauth2state.authorizationserver;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What meters, endpoint and health show of an app that is an authorization server and has
 * no logins of its own.
 */
class CodeObservationTests {

	private static final ProviderClient client = new ProviderClient("plain");

	private static ConfigurableApplicationContext app;

	private static int port;

	@BeforeAll
	static void start() {
		app = ProviderApp.start(List.of("provider.service=memory", "oauth2-state.store=memory",
				"spring.datasource.url=jdbc:h2:mem:code-observation", "management.endpoints.web.exposure.include=*",
				"management.endpoint.health.show-details=always"));
		port = ProviderApp.port(app);
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	@Test
	void everyUseOfACodeIsCounted() throws Exception {
		double issued = count("authorization_code", "issued");
		double redeemed = count("authorization_code", "redeemed");
		double reused = count("authorization_code", "reused");
		double tokens = count("refresh_token", "issued");
		String code = client.authorize(port);
		assertThat(client.redeem(port, code).statusCode()).isEqualTo(200);
		assertThat(client.redeem(port, code).statusCode()).isEqualTo(400);
		assertThat(count("authorization_code", "issued")).isEqualTo(issued + 1);
		assertThat(count("authorization_code", "redeemed")).isEqualTo(redeemed + 1);
		assertThat(count("authorization_code", "reused")).isEqualTo(reused + 1);
		assertThat(count("refresh_token", "issued")).isEqualTo(tokens + 1);
		JsonNode codes = json("/actuator/oauth2state").path("codes");
		assertThat(codes.path("byType").path("authorization_code").path("reused").asDouble()).isEqualTo(reused + 1);
		assertThat(codes.path("byOutcome").path("reused").asDouble()).isEqualTo(reused + 1);
		assertThat(codes.toString()).doesNotContain("plain", code);
	}

	@Test
	void codesThatNobodyIssuedAreNoTimeSeries() {
		assertThat(client.redeem(port, client.authorize(port)).statusCode()).isEqualTo(200);
		assertThat(client.redeem(port, "made-up").statusCode()).isEqualTo(400);
		Set<Meter.Id> before = series();
		for (int i = 0; i < 20; i++) {
			assertThat(client.redeem(port, "made-up-" + i).statusCode()).isEqualTo(400);
			assertThat(client.refresh(port, "made-up-" + i).statusCode()).isEqualTo(400);
		}
		assertThat(series()).isEqualTo(before);
	}

	@Test
	void healthIsThatOfTheStore() throws Exception {
		JsonNode health = json("/actuator/health/oauth2State");
		assertThat(health.path("status").asString()).isEqualTo("UP");
		assertThat(health.path("details").path("store").asString()).isEqualTo("memory");
	}

	private static double count(String type, String outcome) {
		Counter counter = registry().find("oauth2.state.codes")
			.tags("type", type, "outcome", outcome, "store", "memory")
			.counter();
		return (counter != null) ? counter.count() : 0;
	}

	private static Set<Meter.Id> series() {
		return registry().getMeters()
			.stream()
			.map(Meter::getId)
			.filter((id) -> id.getName().startsWith("oauth2.state.codes"))
			.collect(Collectors.toSet());
	}

	private static MeterRegistry registry() {
		return app.getBean(MeterRegistry.class);
	}

	private static JsonNode json(String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.header(ProviderApp.USER_HEADER, "operator")
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		return new JsonMapper().readTree(response.body());
	}

}
