package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.Optional;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/**
 * The app's client configuration, save for what makes a command late or a record stale.
 *
 * @param app the app's client configuration
 * @param timeout how long connecting may take, and a command
 */
record BoundedLettuceClientConfiguration(LettuceClientConfiguration app,
		Duration timeout) implements LettuceClientConfiguration {

	/**
	 * A command that waits for a connection, or is sent again on the next one, may take a
	 * record long after its caller has given up.
	 */
	@Override
	public Optional<ClientOptions> getClientOptions() {
		ClientOptions options = this.app.getClientOptions().orElseGet(ClientOptions::create);
		return Optional.of(options.mutate()
			.autoReconnect(true)
			.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
			.replayFilter((command) -> true)
			.timeoutOptions(TimeoutOptions.enabled(this.timeout))
			.socketOptions(bounded(options.getSocketOptions()))
			.build());
	}

	private SocketOptions bounded(SocketOptions options) {
		boolean inTime = options.getConnectTimeout().compareTo(this.timeout) <= 0;
		return inTime ? options : options.mutate().connectTimeout(this.timeout).build();
	}

	@Override
	public Duration getCommandTimeout() {
		return this.timeout;
	}

	/**
	 * A replica may lag behind, and would not find what was just put.
	 */
	@Override
	public Optional<ReadFrom> getReadFrom() {
		return Optional.empty();
	}

	@Override
	public boolean isUseSsl() {
		return this.app.isUseSsl();
	}

	@Override
	@Deprecated
	@SuppressWarnings("InlineMeSuggester")
	public boolean isVerifyPeer() {
		return getVerifyMode() != SslVerifyMode.NONE;
	}

	@Override
	public SslVerifyMode getVerifyMode() {
		return this.app.getVerifyMode();
	}

	@Override
	public boolean isStartTls() {
		return this.app.isStartTls();
	}

	@Override
	public Optional<ClientResources> getClientResources() {
		return this.app.getClientResources();
	}

	@Override
	public Optional<String> getClientName() {
		return this.app.getClientName();
	}

	@Override
	public Optional<RedisCredentialsProviderFactory> getRedisCredentialsProviderFactory() {
		return this.app.getRedisCredentialsProviderFactory();
	}

	@Override
	public Duration getShutdownTimeout() {
		return this.app.getShutdownTimeout();
	}

	@Override
	public Duration getShutdownQuietPeriod() {
		return this.app.getShutdownQuietPeriod();
	}

}
