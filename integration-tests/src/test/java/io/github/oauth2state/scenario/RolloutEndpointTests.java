package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The percentage set at run time, through the Actuator of one of two instances.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Timeout(120)
@Tag("full")
class RolloutEndpointTests {

	private static final List<String> WRITABLE = List.of("management.endpoints.web.exposure.include=oauth2state",
			"management.endpoint.oauth2state.access=unrestricted", "oauth2-state.rollout.percentage=12.5");

	private static final Duration EVERYWHERE = Duration.ofSeconds(5);

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	@Parameter
	private Deployment deployment;

	@AfterEach
	void forget() {
		this.deployment.cluster().forget();
	}

	@Test
	void percentageIsInForceOnAllInstancesAndAfterTheyRestart() {
		try (Instance a = start(WRITABLE); Instance b = start(WRITABLE)) {
			assertThat(percentage(b)).isEqualTo("12.5");
			Answer answer = call(a, "POST", "{\"percentage\": 37.25}");
			assertThat(answer.status).isEqualTo(200);
			assertThat(answer.json().path("percentage").asString()).isEqualTo("37.25");
			assertThat(percentage(a)).isEqualTo("37.25");
			Awaitility.await().atMost(EVERYWHERE).until(() -> percentage(b).equals("37.25"));
			assertThat(describe(b).path("configured").asString()).isEqualTo("12.5");
		}
		try (Instance a = start(WRITABLE); Instance b = start(WRITABLE)) {
			assertThat(percentage(a)).isEqualTo("37.25");
			assertThat(percentage(b)).isEqualTo("37.25");
			assertThat(call(b, "DELETE", null).status).isEqualTo(200);
			assertThat(percentage(b)).isEqualTo("12.5");
			Awaitility.await().atMost(EVERYWHERE).until(() -> percentage(a).equals("12.5"));
		}
	}

	@Test
	void whatIsNoPercentageIsABadRequestThatNamesTheRange() {
		try (Instance a = start(WRITABLE)) {
			for (String body : List.of("{\"percentage\": 101}", "{\"percentage\": -1}", "{\"percentage\": \"abc\"}",
					"{\"percentage\": \"1e1\"}", "{\"percentage\": \"\"}", "{\"percentage\": null}", "{}",
					"{\"percentag\": 1}")) {
				Answer answer = call(a, "POST", body);
				assertThat(answer.status).as(body).isEqualTo(400);
				assertThat(answer.body).as(body).contains("0 to 100");
			}
			assertThat(call(a, "POST", "{\"percentage\": [1, 2]}").status).isEqualTo(400);
			assertThat(percentage(a)).isEqualTo("12.5");
		}
	}

	@Test
	void writingIsOffUnlessTheOperatorAllowsIt() {
		try (Instance a = start(List.of("management.endpoints.web.exposure.include=oauth2state"))) {
			assertThat(call(a, "POST", "{\"percentage\": 1}").status).isEqualTo(405);
			assertThat(call(a, "DELETE", null).status).isEqualTo(405);
			assertThat(describe(a).path("percentage").asString()).isEqualTo("100");
		}
	}

	@Test
	void percentageThatNobodyFollowsCannotBeSet() {
		try (Instance a = start(List.of("management.endpoints.web.exposure.include=oauth2state",
				"management.endpoint.oauth2state.access=unrestricted", "oauth2-state.rollout.at-runtime=false"))) {
			Answer answer = call(a, "POST", "{\"percentage\": 1}");
			assertThat(answer.status).isEqualTo(400);
			assertThat(answer.body).contains("oauth2-state.rollout.at-runtime");
		}
	}

	@Test
	void anonymousCallersAreRefused() throws Exception {
		try (Instance a = start(WRITABLE)) {
			HttpRequest request = HttpRequest.newBuilder(uri(a))
				.POST(HttpRequest.BodyPublishers.ofString("{\"percentage\": 1}"))
				.header("Content-Type", "application/json")
				.build();
			assertThat(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(401);
			assertThat(percentage(a)).isEqualTo("12.5");
		}
	}

	private Instance start(List<String> properties) {
		return this.deployment.cluster().start(properties, ActuatorTests.Operations.class);
	}

	private static String percentage(Instance instance) {
		return describe(instance).path("percentage").asString();
	}

	private static JsonNode describe(Instance instance) {
		return call(instance, "GET", null).json().path("rollout");
	}

	private static Answer call(Instance instance, String method, @Nullable String body) {
		String credentials = Base64.getEncoder().encodeToString("operator:planted".getBytes(StandardCharsets.US_ASCII));
		HttpRequest request = HttpRequest.newBuilder(uri(instance))
			.method(method,
					(body != null) ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody())
			.header("Authorization", "Basic " + credentials)
			.header("Content-Type", "application/json")
			.build();
		try {
			HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static URI uri(Instance instance) {
		return URI.create("http://localhost:" + instance.port() + "/actuator/oauth2state");
	}

	private record Answer(int status, String body) {

		JsonNode json() {
			return JsonMapper.shared().readTree(this.body);
		}

	}

}
