package io.github.oauth2state.backends;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ServerSocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server, and misbehaves as networks do.
 */
public final class TcpProxy implements AutoCloseable {

	private volatile InetSocketAddress target;

	private final ServerSocket listener;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final Set<Socket> abandoned = ConcurrentHashMap.newKeySet();

	private volatile Duration delay = Duration.ZERO;

	private Mode mode = Mode.FORWARD;

	public TcpProxy(String targetHost, int targetPort) {
		this(targetHost, targetPort, ServerSocketFactory.getDefault());
	}

	/**
	 * Creates a proxy that ends TLS, if that is what the factory is for.
	 * @param targetHost the server's host
	 * @param targetPort the server's port
	 * @param listeners makes the socket that clients connect to
	 */
	public TcpProxy(String targetHost, int targetPort, ServerSocketFactory listeners) {
		this.target = new InetSocketAddress(targetHost, targetPort);
		try {
			this.listener = listeners.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start("accept", this::accept);
	}

	public String host() {
		return this.listener.getInetAddress().getHostAddress();
	}

	public int port() {
		return this.listener.getLocalPort();
	}

	/**
	 * Changes what happens to what comes in from now on. Bytes never get lost in the
	 * middle of a connection, so that connections which lost some end with the mode.
	 * @param mode what happens
	 */
	public synchronized void set(Mode mode) {
		if (mode == Mode.REFUSE || this.mode == Mode.SWALLOW_REPLIES || this.mode == Mode.CUT_INSTEAD_OF_REPLY) {
			cut();
		}
		this.mode = mode;
		notifyAll();
	}

	/**
	 * Changes how long replies take on their way, as if the server were far away.
	 * @param delay how long
	 */
	public void delay(Duration delay) {
		this.delay = delay;
	}

	/**
	 * Leads new connections to another server, as a name or an address that moves.
	 * @param host the server's host
	 * @param port the server's port
	 */
	public void redirect(String host, int port) {
		this.target = new InetSocketAddress(host, port);
	}

	/**
	 * Breaks all connections.
	 */
	public void cut() {
		this.sockets.forEach(TcpProxy::close);
		this.sockets.clear();
	}

	/**
	 * Lets what comes in on open connections vanish for ever, while new ones work, as
	 * after a failover to another machine.
	 */
	public void abandonOpenConnections() {
		this.abandoned.addAll(this.sockets);
	}

	private synchronized Mode mode() {
		return this.mode;
	}

	private synchronized void awaitRelease() throws InterruptedException {
		while (this.mode == Mode.HOLD_REQUESTS) {
			wait();
		}
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			if (mode() == Mode.REFUSE) {
				close(client);
				continue;
			}
			Socket server = connect();
			if (server == null) {
				close(client);
				continue;
			}
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
			this.sockets.add(client);
			this.sockets.add(server);
			start("requests", () -> pumpRequests(client, server));
			start("replies", () -> pumpReplies(server, client));
		}
	}

	private @Nullable Socket connect() {
		try {
			return new Socket(this.target.getAddress(), this.target.getPort());
		}
		catch (IOException ex) {
			return null;
		}
	}

	private void pumpRequests(Socket client, Socket server) throws IOException, InterruptedException {
		byte[] chunk;
		while ((chunk = read(client)) != null) {
			awaitRelease();
			if (!this.abandoned.contains(client)) {
				server.getOutputStream().write(chunk);
			}
		}
		server.shutdownOutput();
	}

	private void pumpReplies(Socket server, Socket client) throws IOException, InterruptedException {
		byte[] chunk;
		while ((chunk = read(server)) != null) {
			Thread.sleep(this.delay.toMillis());
			switch (mode()) {
				case SWALLOW_REPLIES -> {
				}
				case CUT_INSTEAD_OF_REPLY -> cut();
				default -> client.getOutputStream().write(chunk);
			}
		}
		close(client);
	}

	private static byte[] read(Socket socket) throws IOException {
		byte[] buffer = new byte[64 * 1024];
		int length = socket.getInputStream().read(buffer);
		return (length < 0) ? null : Arrays.copyOf(buffer, length);
	}

	private static void start(String name, Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException | InterruptedException ex) {
				// The connection ended
			}
		}, "proxy-" + name);
		thread.setDaemon(true);
		thread.start();
	}

	private static void close(AutoCloseable closeable) {
		try {
			closeable.close();
		}
		catch (Exception ex) {
			// Closed anyway
		}
	}

	@Override
	public void close() {
		close(this.listener);
		set(Mode.REFUSE);
	}

	/**
	 * What happens to what comes in.
	 */
	public enum Mode {

		/**
		 * Everything is passed on.
		 */
		FORWARD,

		/**
		 * Requests reach the server, replies get lost, nobody notices.
		 */
		SWALLOW_REPLIES,

		/**
		 * Requests reach the server, and with its reply the connections break.
		 */
		CUT_INSTEAD_OF_REPLY,

		/**
		 * Connections are accepted, but what is requested waits for another mode.
		 */
		HOLD_REQUESTS,

		/**
		 * Connections are broken, and no new ones accepted.
		 */
		REFUSE

	}

	@FunctionalInterface
	private interface Work {

		void run() throws IOException, InterruptedException;

	}

}
