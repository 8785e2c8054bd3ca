package io.github.oauth2state.sample;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.oauth2Login;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

/**
 * Tests that the Actuator shows what the app consists of.
 */
@SpringBootTest
@DisabledIfSystemProperty(named = "maven", matches = "offline: true",
		disabledReason = "Maven writes no SBOM while offline")
class SbomTests {

	@DynamicPropertySource
	static void issuer(DynamicPropertyRegistry registry) {
		registry.add("spring.security.oauth2.client.provider.demo.issuer-uri", RunningApp.issuer::uri);
	}

	@Test
	void actuatorShowsTheSbomToWhomeverIsLoggedIn(@Autowired WebApplicationContext context) {
		MockMvcTester app = MockMvcTester.from(context, (builder) -> builder.apply(springSecurity()).build());
		assertThat(app.get().uri("/actuator/sbom/application").with(oauth2Login())).hasStatusOk()
			.hasContentTypeCompatibleWith("application/vnd.cyclonedx+json")
			.bodyJson()
			.hasPathSatisfying("$.metadata.component.name",
					(name) -> name.assertThat().isEqualTo("oauth2-state-sample-app"))
			.hasPathSatisfying("$.components[*].name",
					(names) -> names.assertThat()
						.asArray()
						.contains("oauth2-state-spring-boot-autoconfigure", "spring-security-oauth2-client"));
	}

}
