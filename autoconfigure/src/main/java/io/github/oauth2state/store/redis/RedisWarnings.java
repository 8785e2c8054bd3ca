package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.ClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.SentinelConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.StaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithHostAndPort;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateStoreException;

/**
 * Warns at startup of a Redis that does not answer, and of one that everyone on the
 * network can change. The app does not wait for Redis and starts without it.
 */
final class RedisWarnings implements SmartInitializingSingleton, DisposableBean {

	private static final Log logger = LogFactory.getLog(RedisWarnings.class);

	/**
	 * The pause before a second try: while the app starts, a first connection may be
	 * slow.
	 */
	private static final Duration PAUSE = Duration.ofSeconds(1);

	/**
	 * Only names and literal addresses, as looking up any other name may take long.
	 */
	private static final Pattern LOOPBACK = Pattern
		.compile("localhost|.+\\.localhost|127(\\.\\d{1,3}){3}|\\[?(0{0,4}:){1,7}0{0,3}1]?", Pattern.CASE_INSENSITIVE);

	private final RedisStateStore store;

	private volatile boolean closed;

	RedisWarnings(RedisStateStore store) {
		this.store = store;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Thread thread = new Thread(this::warnIfUnreachable, "oauth2-state-redis-first");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * An app that ends at once, such as a test, needs no warning.
	 */
	@Override
	public void destroy() {
		this.closed = true;
	}

	private void warnIfUnreachable() {
		try {
			this.store.reach();
		}
		catch (StateStoreException first) {
			try {
				Thread.sleep(PAUSE.toMillis());
				this.store.reach();
			}
			catch (StateStoreException ex) {
				if (!this.closed) {
					logger.warn("Redis cannot be used at startup (%s). The app starts without it. Until Redis answers, "
						.formatted(NestedExceptionUtils.getMostSpecificCause(ex))
							+ "logins begin as oauth2-state.on-store-failure says, and stored tokens cannot be read. "
							+ "If it is running, check spring.data.redis.* and the network.");
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Warns if others on the network can change pending logins, as far as the settings of
	 * the connection tell.
	 * @param app the app's connections
	 */
	static void warnIfUnprotected(RedisConnectionFactory app) {
		RedisConfiguration server = (app instanceof LettuceConnectionFactory lettuce)
				? BoundedLettuce.configuration(lettuce) : null;
		if (server != null && isUnprotected(server, ((LettuceConnectionFactory) app).getClientConfiguration())) {
			logger.warn(
					"Redis is reached over the network with neither TLS nor a password, so that others on it can delete "
							+ "pending logins and bring back used ones. Set spring.data.redis.ssl.enabled, "
							+ "spring.data.redis.username and spring.data.redis.password.");
		}
	}

	static boolean isUnprotected(RedisConfiguration server, LettuceClientConfiguration client) {
		return !client.isUseSsl() && !hasCredentials(server, client)
				&& !hosts(server).stream().allMatch(RedisWarnings::isLoopback);
	}

	private static boolean hasCredentials(RedisConfiguration server, LettuceClientConfiguration client) {
		return client.getRedisCredentialsProviderFactory().isPresent()
				|| server.getPasswordOrElse(RedisPassword::none).isPresent();
	}

	/**
	 * Returns the hosts that the app connects to, none for a Unix domain socket.
	 */
	private static List<String> hosts(RedisConfiguration server) {
		if (server instanceof SentinelConfiguration sentinel) {
			return hosts(sentinel.getSentinels());
		}
		if (server instanceof ClusterConfiguration cluster) {
			return hosts(cluster.getClusterNodes());
		}
		if (server instanceof StaticMasterReplicaConfiguration replicated) {
			return replicated.getNodes().stream().map(WithHostAndPort::getHostName).toList();
		}
		return (server instanceof WithHostAndPort standalone) ? List.of(standalone.getHostName()) : List.of();
	}

	private static List<String> hosts(Collection<RedisNode> nodes) {
		return nodes.stream().map(RedisNode::getHost).filter(Objects::nonNull).toList();
	}

	private static boolean isLoopback(String host) {
		return LOOPBACK.matcher(host).matches();
	}

}
