package io.github.oauth2state.demo.cluster;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.oauth2state.demo.api.Api;
import io.github.oauth2state.demo.idp.IdentityProvider;
import io.github.oauth2state.demo.proxy.RoundRobinProxy;
import io.github.oauth2state.demo.store.StoreServer;

/**
 * How each process of the cluster is started. All of them listen on this machine only.
 */
final class Blueprint {

	private static final String REDIRECT_PATH = "/login/oauth2/code/demo";

	private static final String LOGOUT_TOKEN_PATH = "/logout/connect/back-channel/demo";

	private static final String LOGOUTS_PATH = "/logouts";

	private static final String READINESS_PATH = "/actuator/health/readiness";

	private static final String CONFIGURATION_PATH = "/.well-known/openid-configuration";

	private final ClusterOptions options;

	private final Ports ports;

	private final URI proxy;

	private final URI provider;

	private final URI api;

	private final int storePort;

	private final String tokenKey = TokenKey.random();

	/**
	 * For an instance that is started later: the provider must know its URL from the
	 * start.
	 */
	private final URI spare;

	Blueprint(ClusterOptions options) {
		this.options = options;
		this.ports = new Ports();
		this.proxy = freeUri(options.port());
		this.provider = freeUri(9000);
		this.api = freeUri(9100);
		this.spare = freeUri(8090);
		this.storePort = this.ports.choose(9092);
	}

	private URI freeUri(int preferred) {
		return URI.create("http://localhost:" + this.ports.choose(preferred));
	}

	Ports ports() {
		return this.ports;
	}

	Path logs() {
		return this.options.logs().resolve(String.valueOf(this.proxy.getPort()));
	}

	URI spare() {
		return this.spare;
	}

	/**
	 * One instance of the provider. Its issuer is the URL of the proxy in front of it.
	 */
	Child identityProvider(String name) {
		URI uri = freeUri(9001);
		SharedStore store = this.options.store();
		List<String> args = List.of("--server.port=" + uri.getPort(), "--demo.public-port=" + this.provider.getPort(),
				"--demo.redirect-uris=" + appUris(REDIRECT_PATH),
				"--demo.post-logout-redirect-uris=" + appUris(LOGOUTS_PATH),
				"--demo.logout-uris.demo=" + this.proxy + LOGOUT_TOKEN_PATH, "--oauth2-state.store=" + store.profile());
		Map<String, String> secrets = new TreeMap<>();
		if (store.kind() == SharedStore.Kind.REDIS) {
			secrets.putAll(store.secrets());
		}
		secrets.put("SPRING_DATASOURCE_URL", StoreServer.url(this.storePort, "provider"));
		return child("provider " + name, uri, Probe.http(uri.resolve(CONFIGURATION_PATH)),
				Jvm.main(IdentityProvider.class, args), secrets);
	}

	private String appUris(String path) {
		return Stream.of(this.proxy, this.spare).map((own) -> own + path).collect(Collectors.joining(","));
	}

	Child providerProxy(List<Instance> providers) {
		return proxy("provider proxy", this.provider, CONFIGURATION_PATH, providers);
	}

	Child storeServer() {
		return child("store", URI.create(StoreServer.url(this.storePort, "demo")), Probe.tcp(this.storePort),
				Jvm.main(StoreServer.class, List.of(String.valueOf(this.storePort))), Map.of());
	}

	/**
	 * What gateways relay tokens to.
	 */
	Child api() {
		return child("api", this.api, Probe.http(this.api.resolve("/health")),
				Jvm.main(Api.class, List.of("--server.port=" + this.api.getPort(), "--api.issuer=" + this.provider)),
				Map.of());
	}

	Child proxy(List<Instance> instances) {
		return proxy("proxy", this.proxy, READINESS_PATH, instances);
	}

	private Child proxy(String name, URI uri, String probe, List<Instance> instances) {
		List<String> args = new ArrayList<>(List.of(String.valueOf(uri.getPort())));
		instances.forEach((instance) -> args.add(instance.uri().toString()));
		return child(name, uri, Probe.http(uri.resolve(probe)), Jvm.main(RoundRobinProxy.class, args), Map.of());
	}

	Child instance(String name, SharedStore store) {
		return instance(name, freeUri(8081), store, List.of());
	}

	Child instance(String name, URI uri, SharedStore store, List<String> more) {
		List<String> args = new ArrayList<>();
		args.add("--server.port=" + uri.getPort());
		args.add("--server.address=127.0.0.1");
		args.add("--sample.instance=" + name);
		args.add("--sample.balancer-url=" + this.proxy);
		args.add("--sample.api-url=" + this.api);
		args.add("--spring.security.oauth2.client.provider.demo.issuer-uri=" + this.provider);
		args.add("--sample.tells-provider=true");
		args.addAll(this.options.with().arguments(store));
		args.addAll(more);
		Map<String, String> secrets = new TreeMap<>(store.secrets());
		secrets.put("OAUTH2STATE_TOKENS_KEYS", this.tokenKey);
		return child("instance " + name, uri, Probe.http(uri.resolve(READINESS_PATH)),
				this.options.apps().command(args), secrets);
	}

	private Child child(String name, URI uri, Probe probe, List<String> command, Map<String, String> secrets) {
		ProcessBuilder builder = new ProcessBuilder(command);
		builder.environment().putAll(secrets);
		return new Child(name, uri, probe, builder, logs());
	}

}
