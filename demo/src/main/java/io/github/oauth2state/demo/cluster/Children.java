package io.github.oauth2state.demo.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Every process that was ever started, so that none is left behind.
 */
final class Children implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final List<Child> started = new ArrayList<>();

	private boolean closed;

	/**
	 * Starts a process, unless the end has begun: Ctrl-C may come at any moment.
	 * @param child the process
	 */
	synchronized void start(Child child) {
		if (this.closed) {
			throw new ClusterException("The cluster is ending");
		}
		if (!this.started.contains(child)) {
			this.started.add(child);
		}
		child.start();
	}

	synchronized boolean isClosed() {
		return this.closed;
	}

	/**
	 * Ends all processes; when it returns, none is left.
	 */
	@Override
	public void close() {
		for (Child child : closeAndList()) {
			child.terminate();
		}
		for (Child child : closeAndList()) {
			awaitEnd(child);
		}
	}

	private synchronized List<Child> closeAndList() {
		this.closed = true;
		return List.copyOf(this.started);
	}

	private static void awaitEnd(Child child) {
		boolean interrupted = Thread.interrupted();
		try {
			child.awaitEnd(PATIENCE);
		}
		catch (InterruptedException ex) {
			child.kill();
			interrupted = true;
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
