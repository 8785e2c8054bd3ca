package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/**
 * Asks a process whether it can be used yet.
 */
@FunctionalInterface
interface Probe {

	int TIMEOUT_MILLIS = 2_000;

	/**
	 * Asks once.
	 * @throws IOException if it cannot be used yet
	 */
	void check() throws IOException;

	/**
	 * A server that can be used once it answers a request with 200.
	 * @param uri what to request
	 * @return the probe
	 */
	static Probe http(URI uri) {
		return () -> {
			HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
			connection.setConnectTimeout(TIMEOUT_MILLIS);
			connection.setReadTimeout(TIMEOUT_MILLIS);
			try {
				if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
					throw new IOException("Answered " + connection.getResponseCode());
				}
			}
			finally {
				connection.disconnect();
			}
		};
	}

	/**
	 * A server that can be used once it accepts a connection.
	 * @param port its port
	 * @return the probe
	 */
	static Probe tcp(int port) {
		return () -> {
			try (Socket socket = new Socket()) {
				socket.connect(new InetSocketAddress("localhost", port), TIMEOUT_MILLIS);
			}
		};
	}

}
