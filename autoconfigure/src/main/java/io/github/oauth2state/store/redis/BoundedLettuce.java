package io.github.oauth2state.store.redis;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceSslClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Derives a Lettuce connection factory from that of the app. It connects to the same
 * server in the same way, but keeps to a timeout and never sends a command late.
 */
final class BoundedLettuce {

	private static final String CONFIGURATION = "configuration";

	private BoundedLettuce() {
	}

	/**
	 * Derives a connection factory.
	 * @param app the app's connection factory
	 * @param timeout how long connecting may take, and a command
	 * @return a started factory, not connected yet, or {@code null} if the app's
	 * configuration cannot be read
	 */
	static @Nullable LettuceConnectionFactory derive(LettuceConnectionFactory app, Duration timeout) {
		RedisConfiguration configuration = configuration(app);
		if (configuration == null) {
			return null;
		}
		LettuceConnectionFactory derived = new BoundedConnectionFactory(configuration,
				bounded(app.getClientConfiguration(), timeout), timeout);
		derived.afterPropertiesSet();
		return derived;
	}

	static @Nullable RedisConfiguration configuration(LettuceConnectionFactory app) {
		// The getters are not enough: a static primary with replicas has no getter, and
		// for a standalone server that was given as a RedisConfiguration they return
		// the default, localhost.
		Field field = ReflectionUtils.findField(LettuceConnectionFactory.class, CONFIGURATION,
				RedisConfiguration.class);
		if (field == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(field);
		return (RedisConfiguration) ReflectionUtils.getField(field, app);
	}

	/**
	 * Copies how to connect. Pooling is left out, as all commands share a connection.
	 * Reading from replicas is left out, as they may lag behind and lack a new record.
	 * @param app the app's client configuration
	 * @param timeout how long connecting may take, and a command
	 * @return the store's client configuration
	 */
	static LettuceClientConfiguration bounded(LettuceClientConfiguration app, Duration timeout) {
		LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder()
			.commandTimeout(timeout)
			.clientOptions(bounded(app.getClientOptions().orElseGet(ClientOptions::create), timeout))
			.shutdownTimeout(app.getShutdownTimeout())
			.shutdownQuietPeriod(app.getShutdownQuietPeriod());
		app.getClientResources().ifPresent(builder::clientResources);
		app.getClientName().ifPresent(builder::clientName);
		app.getRedisCredentialsProviderFactory().ifPresent(builder::redisCredentialsProviderFactory);
		if (app.isUseSsl()) {
			LettuceSslClientConfigurationBuilder ssl = builder.useSsl().verifyPeer(app.getVerifyMode());
			return app.isStartTls() ? ssl.startTls().build() : ssl.build();
		}
		return builder.build();
	}

	private static ClientOptions bounded(ClientOptions options, Duration timeout) {
		return bound(options.mutate(), options, timeout).build();
	}

	private static ClusterClientOptions bounded(ClusterClientOptions options, Duration timeout) {
		FollowedTopology topology = new FollowedTopology(options.getTopologyRefreshOptions());
		return bound(options.mutate().topologyRefreshOptions(topology), options, timeout).build();
	}

	private static <B extends ClientOptions.Builder> B bound(B builder, ClientOptions options, Duration timeout) {
		// A command that waits for a connection, or is sent again on the next one, could
		// take a record long after its caller gave up
		builder.autoReconnect(true)
			.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
			.replayFilter((command) -> true)
			.timeoutOptions(TimeoutOptions.enabled(timeout))
			.socketOptions(bounded(options.getSocketOptions(), timeout));
		return builder;
	}

	private static SocketOptions bounded(SocketOptions options, Duration timeout) {
		boolean inTime = options.getConnectTimeout().compareTo(timeout) <= 0;
		return inTime ? options : options.mutate().connectTimeout(timeout).build();
	}

	/**
	 * Sets the options of a cluster again, as Spring Data derives its own from them, and
	 * Lettuce loses the replay filter whenever it copies options.
	 */
	private static final class BoundedConnectionFactory extends LettuceConnectionFactory {

		private final Duration timeout;

		BoundedConnectionFactory(RedisConfiguration configuration, LettuceClientConfiguration client,
				Duration timeout) {
			super(configuration, client);
			this.timeout = timeout;
		}

		@Override
		protected AbstractRedisClient createClient() {
			AbstractRedisClient client = super.createClient();
			if (client instanceof RedisClusterClient cluster
					&& client.getOptions() instanceof ClusterClientOptions options) {
				cluster.setOptions(bounded(options, this.timeout));
			}
			return client;
		}

	}

	/**
	 * Makes Lettuce notice when another node of a cluster takes over. It keeps what the
	 * app has set, and switches on what Spring Boot and Lettuce leave off.
	 */
	private static final class FollowedTopology extends ClusterTopologyRefreshOptions {

		private static final Duration PERIOD = Duration.ofSeconds(30);

		private static final Duration PAUSE = Duration.ofSeconds(5);

		private final ClusterTopologyRefreshOptions app;

		FollowedTopology(ClusterTopologyRefreshOptions app) {
			super(app);
			this.app = app;
		}

		@Override
		public Set<RefreshTrigger> getAdaptiveRefreshTriggers() {
			Set<RefreshTrigger> triggers = this.app.getAdaptiveRefreshTriggers();
			return triggers.isEmpty() ? EnumSet.allOf(RefreshTrigger.class) : triggers;
		}

		/**
		 * Returns how long triggers are ignored after one. It is no more than the default
		 * of Lettuce 7: before a cluster gives up the old master, there is no news.
		 */
		@Override
		public Duration getAdaptiveRefreshTimeout() {
			Duration pause = this.app.getAdaptiveRefreshTimeout();
			return pause.equals(DEFAULT_ADAPTIVE_REFRESH_TIMEOUT_DURATION) ? PAUSE : pause;
		}

		@Override
		public boolean isPeriodicRefreshEnabled() {
			return true;
		}

		@Override
		public Duration getRefreshPeriod() {
			return this.app.isPeriodicRefreshEnabled() ? this.app.getRefreshPeriod() : PERIOD;
		}

	}

	/**
	 * Lets a native image keep the field.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.reflection()
				.registerTypeIfPresent(classLoader,
						"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory",
						(type) -> type.withField(CONFIGURATION));
		}

	}

}
