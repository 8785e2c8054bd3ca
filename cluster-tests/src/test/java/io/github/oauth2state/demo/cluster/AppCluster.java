package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.oauth2state.demo.idp.IdentityProvider;

/**
 * An identity provider, three instances of the sample app and a balancer: the processes
 * of the demo, with the settings, servers and memory that a test wants them to have. It
 * lives in the demo's package for the sake of its launcher.
 */
public final class AppCluster implements AutoCloseable {

	private static final int INSTANCES = 3;

	private static final String CALLBACK = "/login/oauth2/code/demo";

	/**
	 * The provider keeps a session and the tokens of everybody who ever logged in.
	 */
	private static final String PROVIDER_MEMORY = "-Xmx1536m";

	private final Children children = new Children();

	private final Path logs;

	private final Child provider;

	private final List<Instance> instances;

	private final Child balancer;

	private AppCluster(String name, List<String> args, Map<String, String> environment) {
		this.logs = directory(Path.of(System.getProperty("logs"), name));
		// Not those of the demo, which may be running.
		Ports ports = new Ports();
		URI site = uri(ports.choose(18_080));
		URI issuer = uri(ports.choose(19_000));
		List<String> command = Jvm.main(IdentityProvider.class, List.of("--server.port=" + issuer.getPort(),
				"--server.tomcat.threads.max=64", "--demo.redirect-uris=" + site + CALLBACK));
		command.add(command.indexOf("-cp"), PROVIDER_MEMORY);
		this.provider = child("identity provider", issuer, "/.well-known/openid-configuration", command, Map.of());
		Map<String, String> secrets = new TreeMap<>(environment);
		secrets.put("OAUTH2STATE_TOKENS_KEYS", TokenKey.random());
		this.instances = IntStream.rangeClosed(1, INSTANCES)
			.mapToObj((i) -> new Instance("app-" + i,
					instance("app-" + i, uri(ports.choose(18_081)), issuer, args, secrets), this.children))
			.toList();
		this.balancer = child("balancer", site, "/", Balancers.command(site, this.instances, this.logs), Map.of());
	}

	/**
	 * Starts a cluster.
	 * @param name what to call the directory of its logs
	 * @param args arguments of every instance
	 * @param environment environment variables of every instance
	 * @return the cluster, once it can be used
	 * @throws InterruptedException if interrupted
	 */
	public static AppCluster start(String name, List<String> args, Map<String, String> environment)
			throws InterruptedException {
		AppCluster cluster = new AppCluster(name, args, environment);
		try {
			cluster.start();
			return cluster;
		}
		catch (ClusterException | InterruptedException ex) {
			cluster.close();
			throw ex;
		}
	}

	private void start() throws InterruptedException {
		Runtime.getRuntime().addShutdownHook(new Thread(this.children::close));
		start(List.of(this.provider));
		start(Stream.concat(this.instances.stream().map(Instance::child), Stream.of(this.balancer)).toList());
	}

	private void start(List<Child> together) throws InterruptedException {
		together.forEach(this.children::start);
		for (Child child : together) {
			child.awaitReady(() -> {
			});
		}
	}

	private Child instance(String name, URI uri, URI issuer, List<String> args, Map<String, String> secrets) {
		List<String> all = new ArrayList<>(List.of("--server.port=" + uri.getPort(), "--server.address=127.0.0.1",
				"--sample.instance=" + name, "--spring.security.oauth2.client.provider.demo.issuer-uri=" + issuer));
		all.addAll(args);
		return child(name, uri, "/actuator/health/readiness",
				Jvm.jar(Path.of(System.getProperty("sample-app")).normalize(), all), secrets);
	}

	private Child child(String name, URI uri, String probe, List<String> command, Map<String, String> secrets) {
		ProcessBuilder builder = new ProcessBuilder(command);
		builder.environment().putAll(secrets);
		return new Child(name, uri, Probe.http(uri.resolve(probe)), builder, this.logs);
	}

	private static URI uri(int port) {
		return URI.create("http://localhost:" + port);
	}

	private static Path directory(Path directory) {
		try {
			return Files.createDirectories(directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns the URL that users see.
	 * @return the URL of the balancer
	 */
	public URI uri() {
		return this.balancer.uri();
	}

	/**
	 * Returns the instances behind the balancer.
	 * @return all of them
	 */
	public List<Instance> instances() {
		return this.instances;
	}

	/**
	 * Ends all processes; when it returns, none is left.
	 */
	@Override
	public void close() {
		this.children.close();
	}

}
