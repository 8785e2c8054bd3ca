package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances of an app that has jobs and no web server, nor the classes of one.
 */
@Tag("full")
class AppsWithoutWebTests {

	@ParameterizedTest
	@EnumSource
	void jobsOfAllInstancesMakeOneCall(SharedStore store) {
		try (IdentityProvider idp = IdentityProvider.start()) {
			List<String> properties = properties(store, idp);
			try (JavaProcess one = start(properties); JavaProcess other = start(properties)) {
				String tokens = one.awaitLine(JobsProcess.TOKENS);
				assertThat(tokens.split(",")).hasSize(2);
				assertThat(other.awaitLine(JobsProcess.TOKENS)).isEqualTo(tokens);
				assertThat(idp.takeTokenCalls()).as("one for the user, one for the app").isEqualTo(2);
				assertThat(one.output() + other.output()).doesNotContain(" ERROR ");
			}
		}
	}

	private static JavaProcess start(List<String> properties) {
		return JavaProcess.startWithout("tomcat", JobsProcess.class, "128m", properties);
	}

	private static List<String> properties(SharedStore store, IdentityProvider idp) {
		List<String> properties = new ArrayList<>(
				List.of("spring.application.name=jobs", "spring.main.banner-mode=off", "spring.flyway.enabled=false",
						"spring.liquibase.enabled=false", "oauth2-state.tokens.keys=" + Keys.random("k1"),
						"oauth2-state.refresh.replay-window=10m", "refresh-token=" + idp.grant("job")));
		String registration = "spring.security.oauth2.client.registration.";
		for (String id : List.of("api", "machine")) {
			properties.addAll(List.of(registration + id + ".provider=idp", registration + id + ".client-id=app",
					registration + id + ".client-secret=secret", registration + id + ".scope=read"));
		}
		properties.add(registration + "api.authorization-grant-type=authorization_code");
		properties.add(registration + "api.redirect-uri=http://app.example/authorized/api");
		properties.add(registration + "machine.authorization-grant-type=client_credentials");
		String provider = "spring.security.oauth2.client.provider.idp.";
		properties.add(provider + "authorization-uri=" + idp.issuer() + "/none");
		properties.add(provider + "token-uri=" + idp.issuer() + "/oauth2/token");
		properties.addAll(store.newRecords().properties());
		return properties.stream().map((property) -> "--" + property).toList();
	}

}
