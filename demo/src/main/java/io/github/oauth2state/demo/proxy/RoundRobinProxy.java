package io.github.oauth2state.demo.proxy;

import java.net.URI;

import io.undertow.Undertow;
import io.undertow.server.handlers.proxy.LoadBalancingProxyClient;
import io.undertow.server.handlers.proxy.ProxyHandler;

/**
 * Hands each request to the next instance, whoever it comes from.
 */
public final class RoundRobinProxy {

	private static final int CONNECTIONS = 64;

	private static final int MAX_REQUEST_MILLIS = 30_000;

	private RoundRobinProxy() {
	}

	/**
	 * Starts the proxy; it runs until its process ends.
	 * @param args the port, then the URL of each instance
	 */
	public static void main(String[] args) {
		LoadBalancingProxyClient instances = new LoadBalancingProxyClient();
		// Without this it would keep a user on the instance that made the session.
		instances.removeSessionCookieName("JSESSIONID");
		instances.setConnectionsPerThread(CONNECTIONS);
		instances.setProblemServerRetry(1);
		for (int i = 1; i < args.length; i++) {
			instances.addHost(URI.create(args[i]));
		}
		// The host that the browser asked for is passed on, and X-Forwarded-* are added.
		ProxyHandler handler = ProxyHandler.builder()
			.setProxyClient(instances)
			.setMaxRequestTime(MAX_REQUEST_MILLIS)
			.setMaxConnectionRetries(args.length - 1)
			.build();
		Undertow.builder().addHttpListener(Integer.parseInt(args[0]), "127.0.0.1", handler).build().start();
	}

}
