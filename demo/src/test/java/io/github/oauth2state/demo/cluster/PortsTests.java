package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

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

}
