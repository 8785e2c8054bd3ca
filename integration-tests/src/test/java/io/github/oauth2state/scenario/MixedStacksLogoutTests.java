package io.github.oauth2state.scenario;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A logout at the provider, of a user with sessions in the memory of a servlet app and of
 * a reactive one of the same namespace.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Timeout(120)
@Tag("full")
class MixedStacksLogoutTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	@Parameter
	private SharedStore store;

	@ParameterizedTest
	@EnumSource
	void logoutTokenThatOneStackTakesEndsTheSessionsOfBoth(Stack told) throws Exception {
		List<String> properties = new ArrayList<>(this.store.newRecords().properties());
		properties.add("oauth2-state.logout.check-interval=0s");
		IdentityProvider idp = Cluster.shared().idp;
		try (Instance servlet = Instance.start(Stack.SERVLET, idp, null, properties, BackChannel.class);
				Instance reactive = Instance.start(Stack.REACTIVE, idp, null, properties, BackChannel.class)) {
			Browser alice = Browser.overHttps();
			Browser bob = Browser.overHttps().as("bob");
			for (Instance instance : List.of(servlet, reactive)) {
				alice.follow(instance, BEGIN);
				bob.follow(instance, BEGIN);
				assertThat(alice.signedInAs(instance)).isEqualTo("alice");
			}
			logOutAtProvider((told == Stack.SERVLET) ? servlet : reactive, idp.logoutToken("alice"));
			for (Instance instance : List.of(servlet, reactive)) {
				assertThat(alice.signedInAs(instance)).isEmpty();
				assertThat(bob.signedInAs(instance)).isEqualTo("bob");
			}
			// A login in the same second as the logout ends with it
			Awaitility.await().untilAsserted(() -> {
				alice.follow(reactive, BEGIN);
				assertThat(alice.signedInAs(reactive)).isEqualTo("alice");
			});
		}
	}

	private static void logOutAtProvider(Instance instance, String token) throws Exception {
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
	static class BackChannel {

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

	}

}
