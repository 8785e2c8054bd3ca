package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.oauth2state.demo.proxy.RoundRobinProxy;

/**
 * Chooses what balances: HAProxy where it is installed, else the demo's proxy. Either
 * gives each request to the next instance, whoever it comes from.
 */
public final class Balancers {

	/**
	 * As in {@code docker/haproxy}: a request that an instance may have seen is never
	 * sent to another one.
	 */
	private static final String CONFIGURATION = """
			global
			    maxconn 4000

			defaults
			    mode http
			    timeout connect 1s
			    timeout client 60s
			    timeout server 60s
			    timeout http-request 5s

			frontend http
			    bind 127.0.0.1:%1$d
			    default_backend apps

			backend apps
			    balance roundrobin
			    retries 3
			    option redispatch 1
			    option httpchk
			    http-check send meth GET uri /actuator/health/readiness ver HTTP/1.1 hdr Host health
			    http-check expect status 200
			    http-request del-header Forwarded
			    http-request del-header X-Forwarded- -m beg
			    http-request set-header X-Forwarded-For %%[src]
			    http-request set-header X-Forwarded-Host %%[req.hdr(Host)]
			    http-request set-header X-Forwarded-Proto http
			    default-server check inter 1s fall 2 rise 1
			%2$s
			""";

	private Balancers() {
	}

	/**
	 * Tells which one it is.
	 * @return its name
	 */
	public static String name() {
		return haproxy().isPresent() ? "HAProxy" : "the demo's proxy";
	}

	static List<String> command(URI site, List<Instance> instances, Path directory) {
		return haproxy().map((executable) -> haproxy(executable, site, instances, directory))
			.orElseGet(() -> Jvm.main(RoundRobinProxy.class,
					Stream
						.concat(Stream.of(String.valueOf(site.getPort())),
								instances.stream().map((instance) -> instance.uri().toString()))
						.toList()));
	}

	private static List<String> haproxy(Path executable, URI site, List<Instance> instances, Path directory) {
		String servers = instances.stream()
			.map((instance) -> "    server %s 127.0.0.1:%d".formatted(instance.name(), instance.uri().getPort()))
			.collect(Collectors.joining("\n"));
		Path file = directory.resolve("haproxy.cfg");
		try {
			Files.writeString(file, CONFIGURATION.formatted(site.getPort(), servers));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return List.of(executable.toString(), "-db", "-f", file.toString());
	}

	private static Optional<Path> haproxy() {
		return Stream.concat(Stream.of(System.getenv("PATH").split(":", -1)), Stream.of("/usr/sbin", "/usr/local/sbin"))
			.map((directory) -> Path.of(directory, "haproxy"))
			.filter(Files::isExecutable)
			.findFirst();
	}

}
