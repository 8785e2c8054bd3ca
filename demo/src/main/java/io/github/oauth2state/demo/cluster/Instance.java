package io.github.oauth2state.demo.cluster;

import java.net.URI;

/**
 * A running sample app, or an instance of the identity provider.
 */
public final class Instance {

	private final String name;

	private final Child child;

	private final Children children;

	Instance(String name, Child child, Children children) {
		this.name = name;
		this.child = child;
		this.children = children;
	}

	/**
	 * Returns its name, which every response of a sample app carries as
	 * {@code X-Instance}.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns its own URL, past the proxy.
	 * @return the URL
	 */
	public URI uri() {
		return this.child.uri();
	}

	/**
	 * Returns the id of its process.
	 * @return the id
	 */
	public long pid() {
		return this.child.pid();
	}

	/**
	 * Ends it as a crash would, without a chance to finish or save anything.
	 */
	public void kill() {
		this.child.kill();
	}

	/**
	 * Starts it, where it was before if it was killed, and waits until it can be used.
	 * @throws InterruptedException if interrupted
	 */
	public void start() throws InterruptedException {
		this.children.start(this.child);
		this.child.awaitReady(() -> {
		});
	}

	Child child() {
		return this.child;
	}

}
