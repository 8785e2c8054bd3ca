package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions.RefreshTrigger;
import io.lettuce.core.resource.ClientResources;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.spy;

/**
 * Tests for {@link BoundedLettuce}.
 */
class BoundedLettuceTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	@Test
	void standaloneServerStaysTheSame() {
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration("redis.example", 1234);
		configuration.setDatabase(5);
		configuration.setPassword("password");
		LettuceConnectionFactory derived = derive(configuration, LettuceClientConfiguration.defaultConfiguration());
		assertThat(derived.getHostName()).isEqualTo("redis.example");
		assertThat(derived.getPort()).isEqualTo(1234);
		assertThat(derived.getDatabase()).isEqualTo(5);
		assertThat(derived.getPassword()).isEqualTo("password");
	}

	@Test
	void otherTopologiesStayTheSame() {
		LettuceClientConfiguration client = LettuceClientConfiguration.defaultConfiguration();
		RedisClusterConfiguration cluster = new RedisClusterConfiguration().clusterNode("localhost", 7000);
		assertThat(derive(cluster, client).getClusterConfiguration()).isSameAs(cluster);
		RedisSentinelConfiguration sentinel = new RedisSentinelConfiguration().master("primary")
			.sentinel("localhost", 26379);
		assertThat(derive(sentinel, client).getSentinelConfiguration()).isSameAs(sentinel);
		RedisSocketConfiguration socket = new RedisSocketConfiguration("/tmp/redis.sock");
		assertThat(derive(socket, client).getSocketConfiguration()).isSameAs(socket);
		RedisStaticMasterReplicaConfiguration replicated = new RedisStaticMasterReplicaConfiguration("localhost");
		replicated.setPassword(RedisPassword.of("password"));
		assertThat(derive(replicated, client).getPassword()).isEqualTo("password");
	}

	@Test
	void commandsAreBoundedAndNeverSentLater() {
		LettuceClientConfiguration bounded = bounded(LettuceClientConfiguration.builder()
			.commandTimeout(Duration.ofSeconds(60))
			.clientOptions(ClientOptions.builder().autoReconnect(false).build())
			.build());
		assertThat(bounded.getCommandTimeout()).isEqualTo(TIMEOUT);
		ClientOptions options = bounded.getClientOptions().orElseThrow();
		assertThat(options.getDisconnectedBehavior()).isEqualTo(DisconnectedBehavior.REJECT_COMMANDS);
		assertThat(options.getReplayFilter().test(null)).isTrue();
		assertThat(options.isAutoReconnect()).isTrue();
		assertThat(options.getTimeoutOptions().isTimeoutCommands()).isTrue();
		assertThat(options.getSocketOptions().getConnectTimeout()).isEqualTo(TIMEOUT);
	}

	@Test
	void shorterConnectTimeoutOfTheAppIsKept() {
		SocketOptions socket = SocketOptions.builder().connectTimeout(Duration.ofMillis(100)).keepAlive(true).build();
		LettuceClientConfiguration bounded = bounded(LettuceClientConfiguration.builder()
			.clientOptions(ClientOptions.builder().socketOptions(socket).build())
			.build());
		SocketOptions options = bounded.getClientOptions().orElseThrow().getSocketOptions();
		assertThat(options.getConnectTimeout()).isEqualTo(Duration.ofMillis(100));
		assertThat(options.isKeepAlive()).isTrue();
	}

	@Test
	void optionsOfAClusterStayOptionsOfACluster() {
		LettuceClientConfiguration bounded = bounded(LettuceClientConfiguration.builder()
			.clientOptions(ClusterClientOptions.builder().maxRedirects(7).build())
			.build());
		assertThat(bounded.getClientOptions().orElseThrow()).isInstanceOfSatisfying(ClusterClientOptions.class,
				(options) -> assertThat(options.getMaxRedirects()).isEqualTo(7));
	}

	/**
	 * Spring Data copies the options of a cluster, and Lettuce forgets some with it.
	 */
	@Test
	void commandsToAClusterAreNeverSentLaterWhateverElseIsSet() {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration().clusterNode("localhost", 7000);
		cluster.setMaxRedirects(7);
		for (ClientOptions app : List.of(ClientOptions.create(), ClusterClientOptions.create())) {
			ClusterClientOptions options = clusterOptions(cluster, app);
			assertThat(options.getReplayFilter().test(null)).isTrue();
			assertThat(options.getDisconnectedBehavior()).isEqualTo(DisconnectedBehavior.REJECT_COMMANDS);
			assertThat(options.getTimeoutOptions().isTimeoutCommands()).isTrue();
			assertThat(options.getMaxRedirects()).isEqualTo(7);
		}
	}

	@Test
	void failoverInAClusterIsFollowedByDefault() {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration().clusterNode("localhost", 7000);
		for (ClientOptions app : List.of(ClientOptions.create(), ClusterClientOptions.create())) {
			ClusterTopologyRefreshOptions topology = clusterOptions(cluster, app).getTopologyRefreshOptions();
			assertThat(topology.getAdaptiveRefreshTriggers()).containsExactlyInAnyOrder(RefreshTrigger.values());
			assertThat(topology.getAdaptiveRefreshTimeout()).isEqualTo(Duration.ofSeconds(5));
			assertThat(topology.isPeriodicRefreshEnabled()).isTrue();
			assertThat(topology.getRefreshPeriod()).isEqualTo(Duration.ofSeconds(30));
			assertThat(topology.useDynamicRefreshSources()).isTrue();
		}
	}

	@Test
	void topologyRefreshOfTheAppIsKept() {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration().clusterNode("localhost", 7000);
		ClusterTopologyRefreshOptions app = spy(ClusterTopologyRefreshOptions.builder()
			.adaptiveRefreshTriggersTimeout(Duration.ofSeconds(11))
			.enablePeriodicRefresh(Duration.ofSeconds(12))
			.refreshTriggersReconnectAttempts(13)
			.dynamicRefreshSources(false)
			.build());
		given(app.getAdaptiveRefreshTriggers()).willReturn(Set.of(RefreshTrigger.MOVED_REDIRECT));
		ClusterTopologyRefreshOptions topology = clusterOptions(cluster,
				ClusterClientOptions.builder().topologyRefreshOptions(app).build())
			.getTopologyRefreshOptions();
		assertThat(topology.getAdaptiveRefreshTriggers()).containsExactly(RefreshTrigger.MOVED_REDIRECT);
		assertThat(topology.getAdaptiveRefreshTimeout()).isEqualTo(Duration.ofSeconds(11));
		assertThat(topology.getRefreshPeriod()).isEqualTo(Duration.ofSeconds(12));
		assertThat(topology.getRefreshTriggersReconnectAttempts()).isEqualTo(13);
		assertThat(topology.useDynamicRefreshSources()).isFalse();
	}

	@Test
	void replicasAreNotRead() {
		assertThat(bounded(LettuceClientConfiguration.builder().readFrom(ReadFrom.REPLICA_PREFERRED).build())
			.getReadFrom()).isEmpty();
	}

	@Test
	void connectionIsSharedAndNotPooled() {
		LettuceConnectionFactory derived = derive(new RedisStandaloneConfiguration(),
				LettucePoolingClientConfiguration.builder().poolConfig(new GenericObjectPoolConfig<>()).build());
		assertThat(derived.getShareNativeConnection()).isTrue();
		assertThat(derived.getClientConfiguration()).isNotInstanceOf(LettucePoolingClientConfiguration.class);
	}

	@Test
	void restIsAsTheAppHasIt() {
		ClientResources resources = mock(ClientResources.class);
		RedisCredentialsProviderFactory credentials = mock(RedisCredentialsProviderFactory.class);
		LettuceClientConfiguration bounded = bounded(LettuceClientConfiguration.builder()
			.clientResources(resources)
			.redisCredentialsProviderFactory(credentials)
			.clientName("name")
			.shutdownTimeout(Duration.ofMillis(123))
			.shutdownQuietPeriod(Duration.ofMillis(45))
			.useSsl()
			.startTls()
			.verifyPeer(SslVerifyMode.CA)
			.build());
		assertThat(bounded.getClientResources()).contains(resources);
		assertThat(bounded.getRedisCredentialsProviderFactory()).contains(credentials);
		assertThat(bounded.getClientName()).contains("name");
		assertThat(bounded.getShutdownTimeout()).isEqualTo(Duration.ofMillis(123));
		assertThat(bounded.getShutdownQuietPeriod()).isEqualTo(Duration.ofMillis(45));
		assertThat(bounded.isUseSsl()).isTrue();
		assertThat(bounded.isStartTls()).isTrue();
		assertThat(bounded.getVerifyMode()).isEqualTo(SslVerifyMode.CA);
	}

	private static LettuceClientConfiguration bounded(LettuceClientConfiguration app) {
		return BoundedLettuce.bounded(app, TIMEOUT);
	}

	private static ClusterClientOptions clusterOptions(RedisClusterConfiguration cluster, ClientOptions app) {
		LettuceConnectionFactory derived = BoundedLettuce.derive(
				new LettuceConnectionFactory(cluster, LettuceClientConfiguration.builder().clientOptions(app).build()),
				TIMEOUT);
		ClientOptions options = derived.getRequiredNativeClient().getOptions();
		derived.destroy();
		return (ClusterClientOptions) options;
	}

	private static LettuceConnectionFactory derive(RedisConfiguration configuration,
			LettuceClientConfiguration client) {
		LettuceConnectionFactory derived = BoundedLettuce.derive(new LettuceConnectionFactory(configuration, client),
				TIMEOUT);
		derived.destroy();
		return derived;
	}

}
