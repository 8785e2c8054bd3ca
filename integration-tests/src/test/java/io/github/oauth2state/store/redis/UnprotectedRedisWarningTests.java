package io.github.oauth2state.store.redis;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link RedisWarnings}, mostly by the properties that users set.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnprotectedRedisWarningTests {

	private static final String WARNING = "Redis is reached over the network with neither TLS nor a password";

	@ParameterizedTest
	@MethodSource("unprotected")
	void isGivenForAServerOnTheNetworkWithoutTlsAndPassword(String properties, CapturedOutput output) {
		start(properties);
		assertThat(output).containsOnlyOnce(WARNING)
			.containsOnlyOnce("spring.data.redis.ssl.enabled")
			.contains("spring.data.redis.username", "spring.data.redis.password");
	}

	static Stream<String> unprotected() {
		return Stream.of("spring.data.redis.host=redis.invalid", "spring.data.redis.host=192.0.2.1",
				"spring.data.redis.host=2001:db8::1", "spring.data.redis.host=127.0.0.1.invalid",
				"spring.data.redis.url=redis://redis.invalid:6379",
				"spring.data.redis.sentinel.master=primary spring.data.redis.sentinel.nodes=localhost:1,192.0.2.1:1",
				"spring.data.redis.sentinel.master=primary spring.data.redis.sentinel.nodes=redis.invalid:1 spring.data.redis.sentinel.password=secret",
				"spring.data.redis.cluster.nodes=localhost:1,redis.invalid:1",
				"spring.data.redis.masterreplica.nodes=localhost:1,redis.invalid:1");
	}

	@ParameterizedTest
	@MethodSource("protectedInSomeWay")
	void isNotGivenForOthers(String properties, CapturedOutput output) {
		start(properties);
		assertThat(output).doesNotContain(WARNING);
	}

	static Stream<String> protectedInSomeWay() {
		return Stream.of("", "spring.data.redis.host=LocalHost", "spring.data.redis.host=redis.localhost",
				"spring.data.redis.host=127.1.2.3", "spring.data.redis.host=::1",
				"spring.data.redis.url=redis://localhost:6379",
				"spring.data.redis.sentinel.master=primary spring.data.redis.sentinel.nodes=localhost:1,127.0.0.1:1",
				"spring.data.redis.cluster.nodes=localhost:1", "spring.data.redis.masterreplica.nodes=localhost:1",
				"spring.data.redis.host=redis.invalid spring.data.redis.password=secret",
				"spring.data.redis.host=redis.invalid spring.data.redis.ssl.enabled=true",
				"spring.data.redis.url=rediss://redis.invalid:6379",
				"spring.data.redis.url=redis://:secret@redis.invalid:6379",
				"spring.data.redis.cluster.nodes=redis.invalid:1 spring.data.redis.password=secret",
				"spring.data.redis.cluster.nodes=redis.invalid:1 spring.data.redis.ssl.enabled=true",
				"spring.data.redis.sentinel.master=primary spring.data.redis.sentinel.nodes=redis.invalid:1 spring.data.redis.password=secret");
	}

	@Test
	void aSocketIsNotTheNetwork() {
		assertThat(RedisWarnings.isUnprotected(new RedisSocketConfiguration("/tmp/redis.sock"),
				LettuceClientConfiguration.defaultConfiguration()))
			.isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "redis.invalid" })
	void credentialsThatComeFromElsewhereAreCredentials(String host) {
		LettuceClientConfiguration client = LettuceClientConfiguration.builder()
			.redisCredentialsProviderFactory(mock(RedisCredentialsProviderFactory.class))
			.build();
		assertThat(RedisWarnings.isUnprotected(new RedisStandaloneConfiguration(host), client)).isFalse();
	}

	private static void start(String properties) {
		RedisApp.start(properties.isEmpty() ? new String[0] : properties.split(" ")).close();
	}

}
