package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that present a refresh token again, at a provider that allows for that.
 */
@Tag("full")
class RefreshTokenReplayTests {

	private static final List<ConfigurableApplicationContext> instances = new ArrayList<>();

	private final ProviderClient client = new ProviderClient("jwt");

	@BeforeAll
	static void start() {
		TestPostgres postgres = TestPostgres.instance();
		String database = postgres.createDatabase();
		postgres.execute(database, ProviderApp.schema());
		List<String> properties = List.of("oauth2-state.store=redis",
				"spring.data.redis.url=" + TestRedis.instance().url(),
				"spring.datasource.url=" + postgres.url(database), "spring.datasource.username=" + postgres.username(),
				"spring.datasource.password=" + postgres.password(),
				"oauth2-state.authorization-server.replay-window=1m");
		instances.add(ProviderApp.start(properties));
		instances.add(ProviderApp.start(properties));
	}

	@AfterAll
	static void stop() {
		instances.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void requestsAtTheSameTimeGetTheSameTokens() {
		String refreshToken = login();
		List<HttpResponse<String>> responses = ProviderClient.together(16,
				(i) -> this.client.refresh(port(i % 2), refreshToken));
		assertThat(responses).allMatch((response) -> response.statusCode() == 200);
		assertThat(tokens(responses, "access_token")).hasSize(1);
		assertThat(tokens(responses, "id_token")).hasSize(1);
		Set<String> next = tokens(responses, "refresh_token");
		assertThat(next).hasSize(1).doesNotContain(refreshToken);
		assertThat(this.client.refresh(port(0), next.iterator().next()).statusCode()).isEqualTo(200);
	}

	@Test
	void lateRequestGetsTheSameTokens() {
		String refreshToken = login();
		HttpResponse<String> first = this.client.refresh(port(0), refreshToken);
		HttpResponse<String> second = this.client.refresh(port(1), refreshToken);
		assertThat(tokens(List.of(first, second), "refresh_token")).hasSize(1);
		assertThat(this.client.isActive(port(0), ProviderClient.json(first, "access_token"))).isTrue();
	}

	@Test
	void requestThatComesWhenTheNewTokenWasUsedRevokesTheFamily() {
		String refreshToken = login();
		String next = ProviderClient.json(this.client.refresh(port(0), refreshToken), "refresh_token");
		HttpResponse<String> newest = this.client.refresh(port(0), next);
		assertThat(this.client.refresh(port(1), refreshToken).statusCode()).isEqualTo(400);
		assertThat(this.client.isActive(port(0), ProviderClient.json(newest, "access_token"))).isFalse();
		assertThat(this.client.refresh(port(0), ProviderClient.json(newest, "refresh_token")).statusCode())
			.isEqualTo(400);
	}

	@Test
	void otherClientGetsNothing() {
		String refreshToken = login();
		HttpResponse<String> first = this.client.refresh(port(0), refreshToken);
		HttpResponse<String> response = new ProviderClient("other").refresh(port(1), refreshToken);
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body()).isEqualTo("{\"error\":\"invalid_grant\"}");
		assertThat(this.client.isActive(port(0), ProviderClient.json(first, "access_token"))).isTrue();
	}

	@Test
	void otherScopesAreNotReplayed() {
		String refreshToken = login();
		this.client.refresh(port(0), refreshToken);
		HttpResponse<String> response = this.client.post(port(1), "/oauth2/token",
				java.util.Map.of("grant_type", "refresh_token", "refresh_token", refreshToken, "scope", "profile"));
		assertThat(response.statusCode()).isEqualTo(400);
	}

	private String login() {
		return ProviderClient.json(this.client.redeem(port(0), this.client.authorize(port(1))), "refresh_token");
	}

	private static Set<String> tokens(List<HttpResponse<String>> responses, String name) {
		return responses.stream().map((response) -> ProviderClient.json(response, name)).collect(Collectors.toSet());
	}

	private static int port(int instance) {
		return ProviderApp.port(instances.get(instance));
	}

}
