package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.util.StringUtils;

/**
 * Two instances of an identity provider and two of the sample app, what they share, and a
 * proxy in front of each pair: each a process of its own. Gateways have an API behind
 * them.
 */
public final class Cluster implements AutoCloseable {

	private static final Duration REVIVAL_DELAY = Duration.ofSeconds(10);

	private final ClusterOptions options;

	private final PrintStream out;

	private final Children children = new Children();

	private final Blueprint blueprint;

	private final Child storeServer;

	private final Child providerProxy;

	private final Child proxy;

	private final SharedStore store;

	private final List<Instance> providers;

	private final List<Instance> instances;

	/**
	 * Plans a cluster without starting it.
	 * @param options what it is like
	 * @param out where to show progress
	 */
	public Cluster(ClusterOptions options, PrintStream out) {
		this.options = options;
		this.out = out;
		this.blueprint = new Blueprint(options);
		this.storeServer = this.blueprint.storeServer();
		this.store = options.usesOwnStore() ? options.store().at(this.storeServer.uri().toString()) : options.store();
		this.providers = Stream.of("one", "two")
			.map((name) -> new Instance(name, this.blueprint.identityProvider(name), this.children))
			.toList();
		this.providerProxy = this.blueprint.providerProxy(this.providers);
		this.instances = Stream.of("one", "two")
			.map((name) -> new Instance(name, this.blueprint.instance(name, this.store), this.children))
			.toList();
		this.proxy = this.blueprint.proxy(this.instances);
	}

	/**
	 * Starts all processes and waits until they can be used.
	 * @throws InterruptedException if interrupted
	 * @throws ClusterException if one cannot be started
	 */
	public void start() throws InterruptedException {
		emptyLogs();
		if (this.proxy.uri().getPort() != this.options.port()) {
			this.out.printf("  Port %d is busy, so the proxy listens on %d.%n", this.options.port(),
					this.proxy.uri().getPort());
		}
		start(List.of(this.storeServer));
		start(Stream.concat(this.providers.stream().map(Instance::child), Stream.of(this.providerProxy)).toList());
		if (stack() == Stack.REACTIVE) {
			start(List.of(this.blueprint.api()));
		}
		start(Stream.concat(this.instances.stream().map(Instance::child), Stream.of(this.proxy)).toList());
	}

	private void start(List<Child> together) throws InterruptedException {
		together.forEach(this.children::start);
		for (Child child : together) {
			awaitReady(child);
		}
	}

	private void awaitReady(Child child) throws InterruptedException {
		Progress progress = new Progress(this.out, child.name());
		try {
			child.awaitReady(progress::tick);
			progress.done(child.uri(), child.pid());
		}
		catch (ClusterException ex) {
			progress.failed();
			throw ex;
		}
	}

	/**
	 * Starts one more instance, which the proxy does not know.
	 * @param name its name
	 * @param args its additional arguments
	 * @return the instance
	 * @throws InterruptedException if interrupted
	 */
	public Instance startAnother(String name, String... args) throws InterruptedException {
		Child child = this.blueprint.instance(name, this.blueprint.spare(), this.store, List.of(args));
		Instance instance = new Instance(name, child, this.children);
		instance.start();
		return instance;
	}

	/**
	 * Watches the processes until interrupted. An instance that ends is started again
	 * after a while; it is there to be killed.
	 * @throws InterruptedException if interrupted
	 * @throws ClusterException if anything else ends
	 */
	public void keepRunning() throws InterruptedException {
		while (true) {
			for (Instance instance : Stream.concat(this.instances.stream(), this.providers.stream()).toList()) {
				if (!instance.child().isAlive()) {
					revive(instance);
				}
			}
			for (Child server : List.of(this.storeServer, this.providerProxy, this.proxy)) {
				if (!server.isAlive()) {
					throw server.failure("has ended");
				}
			}
			Thread.sleep(200);
		}
	}

	private void revive(Instance instance) throws InterruptedException {
		if (this.children.isClosed()) {
			return;
		}
		String name = StringUtils.capitalize(instance.child().name());
		this.out.printf("  %s has ended. It will be started again in %d seconds.%n", name, REVIVAL_DELAY.toSeconds());
		Thread.sleep(REVIVAL_DELAY.toMillis());
		instance.start();
		this.out.printf("  %s is back (pid %d).%n", name, instance.pid());
	}

	/**
	 * Returns the URL that users see.
	 * @return the URL of the proxy
	 */
	public URI uri() {
		return this.proxy.uri();
	}

	/**
	 * Returns the URL of the identity provider, which is its issuer.
	 * @return the URL of the proxy in front of its instances
	 */
	public URI provider() {
		return this.providerProxy.uri();
	}

	/**
	 * Returns the instances of the identity provider.
	 * @return the two of them
	 */
	public List<Instance> providers() {
		return this.providers;
	}

	/**
	 * Returns the instances behind the proxy.
	 * @return the two of them
	 */
	public List<Instance> instances() {
		return this.instances;
	}

	/**
	 * Returns what the instances are built on.
	 * @return the stack
	 */
	public Stack stack() {
		return this.options.apps().stack();
	}

	/**
	 * Tells whether the end has begun.
	 * @return whether {@link #close()} was called
	 */
	public boolean isClosed() {
		return this.children.isClosed();
	}

	/**
	 * Ends all processes; when it returns, none is left.
	 */
	@Override
	public void close() {
		this.children.close();
		this.blueprint.ports().release();
	}

	/**
	 * Returns where the logs of the processes are. Another demo in the same clone, which
	 * has another port, has a directory of its own.
	 * @return the directory
	 */
	public Path logs() {
		return this.blueprint.logs();
	}

	private void emptyLogs() {
		Path logs = logs();
		try {
			Files.createDirectories(logs);
			try (Stream<Path> old = Files.list(logs)) {
				for (Path log : old.toList()) {
					Files.deleteIfExists(log);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
