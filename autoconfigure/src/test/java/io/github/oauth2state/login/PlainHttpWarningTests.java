package io.github.oauth2state.login;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class PlainHttpWarningTests {

	private final DeploymentWarnings warning = new DeploymentWarnings(LoginSettings.Sessions.AUTO, "redis", true, false,
			new StaticListableBeanFactory());

	@Test
	void warnsOnceOfPlainHttpAndNamesTheProperty(CapturedOutput output) {
		this.warning.checkPlainHttp(false, "shop.example");
		this.warning.checkPlainHttp(false, "shop.example");
		assertThat(output.getAll()).containsOnlyOnce("server.forward-headers-strategy");
	}

	@Test
	void doesNotWarnOfHttpsOrLoopback(CapturedOutput output) {
		this.warning.checkPlainHttp(true, "shop.example");
		this.warning.checkPlainHttp(false, "localhost");
		assertThat(output.getAll()).doesNotContain("server.forward-headers-strategy");
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "app.localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "0:0:0:0:0:0:0:1",
			"LOCALHOST" })
	void loopbackIsRecognized(String serverName) {
		assertThat(DeploymentWarnings.isLoopback(serverName)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost.example", "127.0.0.1.example", "10.0.0.1", "2001:db8::1", "" })
	void otherHostsAreNot(String serverName) {
		assertThat(DeploymentWarnings.isLoopback(serverName)).isFalse();
	}

}
