package io.github.oauth2state.logout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.servlet.OAuth2ClientWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.security.oauth2.client.endpoint.NimbusJwtClientAuthenticationParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.test.util.ReflectionTestUtils;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenRevocationAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TokenRevocationAutoConfigurationTests {

	private static final String ON = "oauth2-state.logout.revoke-tokens=true";

	private static final String REGISTRATION = "spring.security.oauth2.client.registration.idp";

	private static final String PROVIDER = "spring.security.oauth2.client.provider.idp";

	private final WebApplicationContextRunner app = new WebApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(OAuth2StateAutoConfiguration.class, TokenRevocationAutoConfiguration.class,
						OAuth2ClientAutoConfiguration.class, OAuth2ClientWebSecurityAutoConfiguration.class,
						SecurityAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class,
						WebMvcAutoConfiguration.class, DispatcherServletAutoConfiguration.class))
		.withPropertyValues(REGISTRATION + ".client-id=app", REGISTRATION + ".client-secret=planted",
				REGISTRATION + ".authorization-grant-type=authorization_code",
				REGISTRATION + ".redirect-uri={baseUrl}/login/oauth2/code/{registrationId}",
				PROVIDER + ".authorization-uri=https://idp.example/authorize",
				PROVIDER + ".token-uri=https://idp.example/token", PROVIDER + ".user-info-uri=https://idp.example/me",
				PROVIDER + ".user-name-attribute=sub");

	@Test
	void nothingIsRevokedByDefault() {
		this.app.run((context) -> {
			assertThat(context).doesNotHaveBean(TokenRevocation.class);
			assertThat(logoutFilter(context.getBean(FilterChainProxy.class))).doesNotContain("TokenLogoutHandler");
		});
	}

	@Test
	void logoutOfEachChainRevokes() {
		this.app.withPropertyValues(ON).run((context) -> {
			assertThat(context).hasSingleBean(TokenRevocation.class);
			assertThat(logoutFilter(context.getBean(FilterChainProxy.class))).contains("TokenLogoutHandler");
		});
	}

	private static String logoutFilter(FilterChainProxy proxy) {
		return proxy.getFilterChains()
			.get(0)
			.getFilters()
			.stream()
			.filter(LogoutFilter.class::isInstance)
			.map(TokenRevocationAutoConfigurationTests::handlers)
			.findFirst()
			.orElseThrow();
	}

	private static String handlers(Object filter) {
		Object handler = ReflectionTestUtils.getField(filter, "handler");
		return String.valueOf(ReflectionTestUtils.getField(handler, "logoutHandlers"));
	}

	@Test
	void registrationWithoutAnEndpointIsWarnedAboutAtStartup(CapturedOutput output) {
		this.app.withPropertyValues(ON).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.getOut().lines().filter((line) -> line.contains("oauth2-state.logout.revocation-uris.idp")))
			.hasSize(1);
		assertThat(output).doesNotContain("planted");
	}

	@Test
	void endpointMayBeSet(CapturedOutput output) {
		this.app.withPropertyValues(ON, "oauth2-state.logout.revocation-uris.idp=https://idp.example/revoke")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("not revoked");
	}

	@ParameterizedTest
	@ValueSource(strings = { "revoke", "/revoke", "ftp://idp.example/revoke", "https://" })
	void endpointMustBeAUrl(String uri) {
		this.app.withPropertyValues(ON, "oauth2-state.logout.revocation-uris.idp=" + uri)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
					assertThat(ex.getName()).isEqualTo("oauth2-state.logout.revocation-uris.idp");
					assertThat(ex.getReason()).contains("URL of the provider's revocation endpoint");
				}));
	}

	@Test
	void clientWithAKeyNeedsAConverter(CapturedOutput output) {
		WebApplicationContextRunner withKey = this.app.withPropertyValues(ON,
				"oauth2-state.logout.revocation-uris.idp=https://idp.example/revoke",
				REGISTRATION + ".client-authentication-method=private_key_jwt");
		withKey
			.withBean(NimbusJwtClientAuthenticationParametersConverter.class,
					() -> new NimbusJwtClientAuthenticationParametersConverter<OAuth2AuthorizationCodeGrantRequest>(
							(registration) -> null))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("not revoked");
		withKey.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("NimbusJwtClientAuthenticationParametersConverter");
	}

	@Test
	void repositoryThatMayCallTheProviderIsNotAskedAtStartup() {
		this.app.withPropertyValues(ON).withBean(ClientRegistrationRepository.class, () -> (id) -> {
			throw new IllegalStateException("The provider is away");
		}).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void libraryThatIsOffRevokesNothing() {
		this.app.withPropertyValues(ON, "oauth2-state.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(TokenRevocation.class));
	}

}
