package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.session.InMemoryOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logout at the provider, which the provider tells the app: that ends the session of the
 * login, as the registry knows it.
 */
@Tag("full")
class BackChannelLogoutTests {

	private static final String LOGIN = "/oauth2/authorization/idp";

	@ParameterizedTest
	@EnumSource
	void logoutTokenEndsTheSessionsOfItsUserOnly(KeptIn keptIn) throws Exception {
		try (Instance instance = keptIn.start(List.of(), Chain.class)) {
			Browser alice = Browser.overHttp();
			Browser bob = Browser.overHttp().as("bob");
			alice.follow(instance, LOGIN);
			bob.follow(instance, LOGIN);
			assertThat(alice.signedInAs(instance)).isEqualTo("alice");
			logOutAtProvider(instance, "alice");
			assertThat(alice.signedInAs(instance)).isEmpty();
			assertThat(bob.signedInAs(instance)).isEqualTo("bob");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void logoutTokenEndsASessionThatWasThereBeforeTheLogin(KeptIn keptIn) throws Exception {
		try (Instance instance = keptIn.start(List.of("oauth2-state.login.carry-saved-request=false"), Chain.class)) {
			Browser alice = Browser.overHttp();
			alice.open(instance, "/page");
			assertThat(alice.cookies()).containsKey("JSESSIONID");
			assertThat(alice.follow(instance, LOGIN).body()).isEqualTo("page of alice");
			logOutAtProvider(instance, "alice");
			assertThat(alice.signedInAs(instance)).isEmpty();
		}
	}

	private static void logOutAtProvider(Instance instance, String user) throws IOException, InterruptedException {
		String token = Cluster.shared().idp.logoutToken(user);
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + instance.port() + "/logout/connect/back-channel/idp"))
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers
				.ofString("logout_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8)))
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
	}

	@Configuration(proxyBeanMethods = false)
	static class Chain {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

		@Bean
		OidcSessionRegistry sessionRegistry() {
			return new InMemoryOidcSessionRegistry();
		}

	}

}
