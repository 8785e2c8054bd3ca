package io.github.oauth2state.benchmarks.endtoend;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection of a browser, which stays open (RFC 9112). It does as little as it can,
 * as the app that is measured runs in the same process.
 */
final class HttpConnection implements AutoCloseable {

	/**
	 * As a browser sends them with a page that the user asks for.
	 */
	private static final String HEADERS = """
			User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r
			Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
			Accept-Language: en-US,en;q=0.5\r
			Accept-Encoding: gzip, deflate\r
			Sec-Fetch-Dest: document\r
			Sec-Fetch-Mode: navigate\r
			Upgrade-Insecure-Requests: 1\r
			""";

	private static final int PATIENCE = (int) Duration.ofSeconds(10).toMillis();

	private final int port;

	private final String host;

	private Socket socket;

	private InputStream input;

	private int replaced;

	HttpConnection(int port) {
		this.port = port;
		this.host = "Host: 127.0.0.1:" + port + "\r\n";
		try {
			this.socket = connect();
			this.input = new BufferedInputStream(this.socket.getInputStream());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Socket connect() throws IOException {
		Socket connected = new Socket(InetAddress.getLoopbackAddress(), this.port);
		connected.setTcpNoDelay(true);
		connected.setSoTimeout(PATIENCE);
		return connected;
	}

	/**
	 * Requests a page.
	 * @param path the path and query
	 * @param address the address of the browser, as a proxy would add it
	 * @param cookies the cookies of the browser
	 * @return the answer
	 */
	Answer get(String path, String address, String cookies) {
		StringBuilder request = new StringBuilder(1024).append("GET ")
			.append(path)
			.append(" HTTP/1.1\r\n")
			.append(this.host)
			.append(HEADERS)
			.append("X-Forwarded-For: ")
			.append(address)
			.append("\r\n");
		if (!cookies.isEmpty()) {
			request.append("Cookie: ").append(cookies).append("\r\n");
		}
		byte[] bytes = request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
		try {
			return send(bytes);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Sends a request. Reactor Netty up to 1.3.7 may stop reading from a connection
	 * (<a href="https://github.com/reactor/reactor-netty/issues/4361">#4361</a>), so that
	 * the request has to be sent on another one.
	 */
	private Answer send(byte[] request) throws IOException {
		try {
			this.socket.getOutputStream().write(request);
			return read();
		}
		catch (SocketTimeoutException ex) {
			this.replaced++;
			this.socket.close();
			this.socket = connect();
			this.input = new BufferedInputStream(this.socket.getInputStream());
			this.socket.getOutputStream().write(request);
			return read();
		}
	}

	/**
	 * Returns how often another connection had to be used.
	 */
	int replaced() {
		return this.replaced;
	}

	private Answer read() throws IOException {
		int status = Integer.parseInt(line().substring(9, 12));
		String location = "";
		List<String> cookies = new ArrayList<>();
		long length = 0;
		boolean chunked = false;
		for (String header = line(); !header.isEmpty(); header = line()) {
			int colon = header.indexOf(':');
			String value = header.substring(colon + 1).strip();
			switch (header.substring(0, colon).toLowerCase(java.util.Locale.ROOT)) {
				case "location" -> {
					location = value;
				}
				case "set-cookie" -> cookies.add(value);
				case "content-length" -> {
					length = Long.parseLong(value);
				}
				case "transfer-encoding" -> {
					chunked = true;
				}
				default -> {
				}
			}
		}
		if (chunked) {
			for (long chunk = chunkLength(); chunk > 0; chunk = chunkLength()) {
				this.input.skipNBytes(chunk + 2);
			}
			line();
		}
		else {
			this.input.skipNBytes(length);
		}
		return new Answer(status, location, cookies);
	}

	private long chunkLength() throws IOException {
		return Long.parseLong(line(), 16);
	}

	private String line() throws IOException {
		StringBuilder line = new StringBuilder(128);
		for (int c = this.input.read(); c != '\n'; c = this.input.read()) {
			if (c < 0) {
				throw new IOException("The app closed the connection");
			}
			if (c != '\r') {
				line.append((char) c);
			}
		}
		return line.toString();
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What the app answered.
	 *
	 * @param status the status code
	 * @param location where it redirects to, or an empty text
	 * @param cookies the values of its {@code Set-Cookie} headers
	 */
	record Answer(int status, String location, List<String> cookies) {
	}

}
