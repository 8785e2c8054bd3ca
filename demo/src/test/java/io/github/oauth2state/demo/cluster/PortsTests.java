package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PortsTests {

	private final Ports ports = new Ports();

	@Test
	void passesOverABusyPort() throws IOException {
		try (ServerSocket busy = new ServerSocket(0)) {
			assertThat(this.ports.choose(busy.getLocalPort())).isGreaterThan(busy.getLocalPort());
		}
	}

	@Test
	void passesOverAPortThatIsBusyOnTheLoopbackAddressOnly() throws IOException {
		try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThat(this.ports.choose(busy.getLocalPort())).isGreaterThan(busy.getLocalPort());
		}
	}

	@Test
	void choosesAPortOnlyOnce() {
		int first = this.ports.choose(20_000);
		assertThat(this.ports.choose(first)).isGreaterThan(first);
	}

	@Test
	void anotherDemoDoesNotChooseAPortWhoseProcessIsStillToStart() {
		int first = this.ports.choose(20_100);
		assertThat(new Ports().choose(first)).isGreaterThan(first);
	}

	@Test
	void anotherProcessDoesNotChooseAPortWhoseProcessIsStillToStart() throws Exception {
		int first = this.ports.choose(20_200);
		Process other = new ProcessBuilder(Jvm.main(OtherDemo.class, List.of(String.valueOf(first)))).start();
		String chosen = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(Integer.parseInt(chosen)).isGreaterThan(first);
	}

	@Test
	void portsOfAClusterThatHasEndedAreChosenAgain() {
		int first = this.ports.choose(20_300);
		this.ports.release();
		assertThat(new Ports().choose(first)).isEqualTo(first);
	}

}
