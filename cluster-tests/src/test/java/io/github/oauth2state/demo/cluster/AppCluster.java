package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.oauth2state.demo.api.Api;
import io.github.oauth2state.demo.idp.IdentityProvider;
import io.github.oauth2state.tiers.Scale;

/**
 * An identity provider, instances of the sample app and a balancer: the processes of the
 * demo, with the settings, servers and memory that a test wants them to have. It lives in
 * the demo's package for the sake of its launcher.
 */
public final class AppCluster implements AutoCloseable {

	private static final String READINESS = "/actuator/health/readiness";

	/**
	 * How many instances start at once.
	 */
	private static final int AT_ONCE = 3;

	private static final Duration ARCHIVED = Duration.ofMinutes(2);

	private static final String GATEWAY = "sample-gateway";

	private static final String CALLBACK = "/login/oauth2/code/demo";

	/**
	 * The provider keeps a session and the tokens of everybody who ever logged in, and
	 * signs tokens several times as fast with all of the JVM's compilers.
	 */
	private static final List<String> PROVIDER_OPTIONS = List.of("-Xmx1536m", "-XX:TieredStopAtLevel=4");

	/**
	 * Times are reported of many logins only, and then instances run as those of users
	 * do. The first compiler alone, which starts faster, has no fast AES and SHA.
	 */
	private static final List<String> INSTANCE_OPTIONS = (Scale.of(1) > 1) ? List.of("-XX:TieredStopAtLevel=4")
			: List.of();

	private final Children children = new Children();

	private final Path logs;

	private final SampleApp app;

	private final Child provider;

	private final Child api;

	private final boolean gateways;

	private final List<Instance> instances;

	private final Child archiving;

	private final Child balancer;

	private AppCluster(String app, List<String> ofProvider, int size, String name, List<String> args,
			Map<String, String> environment) {
		this.app = SampleApp.named(app);
		this.gateways = app.equals(GATEWAY);
		this.logs = directory(Path.of(System.getProperty("logs"), name));
		// Not those of the demo, which may be running.
		Ports ports = new Ports();
		URI site = uri(ports.choose(18_080));
		URI issuer = uri(ports.choose(19_000));
		URI api = uri(ports.choose(19_100));
		List<String> command = Jvm.main(IdentityProvider.class,
				Stream.concat(Stream.of("--server.port=" + issuer.getPort(), "--server.tomcat.threads.max=64",
						"--demo.redirect-uris=" + site + CALLBACK), ofProvider.stream())
					.toList());
		command.addAll(command.indexOf("-cp"), PROVIDER_OPTIONS);
		this.provider = child("identity provider", issuer, "/.well-known/openid-configuration", command, Map.of());
		this.api = child("api", api, "/health",
				Jvm.main(Api.class, List.of("--server.port=" + api.getPort(), "--api.issuer=" + issuer)), Map.of());
		Map<String, String> secrets = new TreeMap<>(environment);
		secrets.put("OAUTH2STATE_TOKENS_KEYS", TokenKey.random());
		secrets.put("OAUTH2STATE_COOKIE_KEYS", TokenKey.random());
		List<String> all = Stream.concat(Stream.of("--sample.api-url=" + api), args.stream()).toList();
		List<URI> uris = Stream.generate(() -> uri(ports.choose(18_081))).limit(size).toList();
		this.instances = IntStream.range(0, size)
			.mapToObj((i) -> instance("app-" + (i + 1), uris.get(i), arguments(uris.get(i), issuer, all), secrets))
			.toList();
		this.archiving = child("archiving", uris.get(0), READINESS,
				this.app.archiving(arguments(uris.get(0), issuer, all)), secrets);
		this.balancer = child("balancer", site, "/", Balancers.command(site, this.instances, this.logs), Map.of());
	}

	/**
	 * Starts a cluster.
	 * @param size how many instances there are
	 * @param name what to call the directory of its logs
	 * @param args arguments of every instance
	 * @param environment environment variables of every instance
	 * @return the cluster, once it can be used
	 * @throws InterruptedException if interrupted
	 */
	public static AppCluster start(int size, String name, List<String> args, Map<String, String> environment)
			throws InterruptedException {
		return start(new AppCluster("sample-app", List.of(), size, name, args, environment));
	}

	/**
	 * Starts a cluster of gateways, with an API behind them.
	 * @param ofProvider more arguments of the identity provider
	 * @param size how many gateways there are
	 * @param name what to call the directory of its logs
	 * @param args arguments of every gateway
	 * @param environment environment variables of every gateway
	 * @return the cluster, once it can be used
	 * @throws InterruptedException if interrupted
	 */
	public static AppCluster startGateways(List<String> ofProvider, int size, String name, List<String> args,
			Map<String, String> environment) throws InterruptedException {
		return start(new AppCluster(GATEWAY, ofProvider, size, name, args, environment));
	}

	private static AppCluster start(AppCluster cluster) throws InterruptedException {
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
		if (this.gateways) {
			start(List.of(this.api));
		}
		if (!this.app.isArchived()) {
			start(List.of(this.archiving));
			this.archiving.terminate();
			this.archiving.awaitEnd(ARCHIVED);
		}
		List<Child> apps = this.instances.stream().map(Instance::child).toList();
		for (int i = 0; i < apps.size(); i += AT_ONCE) {
			start(apps.subList(i, Math.min(i + AT_ONCE, apps.size())));
		}
		start(List.of(this.balancer));
	}

	private void start(List<Child> together) throws InterruptedException {
		together.forEach(this.children::start);
		for (Child child : together) {
			child.awaitReady(() -> {
			});
		}
	}

	private Instance instance(String name, URI uri, List<String> args, Map<String, String> secrets) {
		List<String> all = new ArrayList<>(args);
		all.add("--sample.instance=" + name);
		List<String> command = new ArrayList<>(this.app.command(all));
		command.addAll(command.indexOf("-jar"), INSTANCE_OPTIONS);
		return new Instance(name, child(name, uri, READINESS, command, secrets), this.children);
	}

	private static List<String> arguments(URI uri, URI issuer, List<String> more) {
		List<String> args = new ArrayList<>(List.of("--server.port=" + uri.getPort(), "--server.address=127.0.0.1",
				"--spring.security.oauth2.client.provider.demo.issuer-uri=" + issuer));
		args.addAll(more);
		return args;
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
	 * Returns the URL of the identity provider.
	 * @return its issuer
	 */
	public URI provider() {
		return this.provider.uri();
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
