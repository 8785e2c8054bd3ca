package io.github.oauth2state.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link StartupCheck}: switches.
 */
class SwitchCheckTests {

	@ParameterizedTest
	@ValueSource(strings = { "oauth2-state.enabled=maybe", "oauth2-state.enabled=yes", "oauth2-state.enabled=ture",
			"oauth2-state.enabled=1", "oauth2-state.circuit-breaker.enabled=on",
			"oauth2-state.jdbc.cleanup.enabled=tru", "oauth2-state.jdbc.validate-schema=yes",
			"oauth2-state.authorization-server.single-use=yes", "oauth2-state.logout.revoke-tokens=yes" })
	void switchThatWouldSilentlyBeOffStopsTheApp(String property) {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class).isThrownBy(() -> run(property))
			.withMessageContaining(property.substring(0, property.indexOf('=')))
			.withMessageContaining("Use true or false.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "TRUE", "false", "off", "no", "0", "" })
	void switchThatIsClearDoesNot(String value) {
		MockEnvironment environment = new MockEnvironment().withProperty("oauth2-state.enabled", value);
		assertThatCode(() -> StartupCheck.checkSwitches(environment)).doesNotThrowAnyException();
	}

	@Test
	void switchThatIsNotSetDoesNot() {
		assertThatCode(() -> StartupCheck.checkSwitches(new MockEnvironment())).doesNotThrowAnyException();
	}

	private static void run(String property) {
		new SpringApplicationBuilder(SwitchCheckTests.class).web(WebApplicationType.NONE).run("--" + property).close();
	}

}
