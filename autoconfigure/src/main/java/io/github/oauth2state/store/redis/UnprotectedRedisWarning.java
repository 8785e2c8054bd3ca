package io.github.oauth2state.store.redis;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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

/**
 * Says at startup when anyone on the network can get at the pending logins.
 */
final class UnprotectedRedisWarning {

	private static final Log logger = LogFactory.getLog(UnprotectedRedisWarning.class);

	/**
	 * Names and literal addresses only: to look up any other name may take long.
	 */
	private static final Pattern LOOPBACK = Pattern
		.compile("localhost|.+\\.localhost|127(\\.\\d{1,3}){3}|\\[?(0{0,4}:){1,7}0{0,3}1]?", Pattern.CASE_INSENSITIVE);

	private UnprotectedRedisWarning() {
	}

	/**
	 * Checks what can be told of where an app connects to.
	 * @param app the app's connections
	 */
	static void check(RedisConnectionFactory app) {
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
				&& !hosts(server).stream().allMatch(UnprotectedRedisWarning::isLoopback);
	}

	private static boolean hasCredentials(RedisConfiguration server, LettuceClientConfiguration client) {
		return client.getRedisCredentialsProviderFactory().isPresent()
				|| server.getPasswordOrElse(RedisPassword::none).isPresent();
	}

	/**
	 * Returns where the app connects to, which is nowhere on the network for a socket.
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
