package io.github.oauth2state.store;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.PropertyCheck;

/**
 * Auto-configuration of the stores for reactive callers. It comes before the stores of
 * the library, which a reactive store of the app replaces.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class, before = StateStoreAutoConfiguration.class,
		beforeName = { "io.github.oauth2state.store.hazelcast.HazelcastStateStoreAutoConfiguration",
				"io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration",
				"io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration",
				"io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration" })
@ConditionalOnOAuth2State
@ConditionalOnClass(name = "reactor.core.publisher.Mono")
@EnableConfigurationProperties(ReactiveStoreAutoConfiguration.BlockingProperties.class)
public final class ReactiveStoreAutoConfiguration {

	@Bean
	ReactiveStores oauth2StateReactiveStores(OAuth2StateSettings settings, BlockingProperties properties,
			ObjectProvider<ReactiveStateStore> own, ObjectProvider<StateStore> logins,
			ObjectProvider<ConfiguredStore<?>> stores, ObjectProvider<ConfiguredStore.Decorator> decorators) {
		BlockingCalls calls = new BlockingCalls(properties.checkedMaxThreads(), properties.checkedQueueCapacity(),
				settings.timeout());
		return new ReactiveStores(calls, settings.store(), own, logins, stores, decorators);
	}

	/**
	 * Gives the app's reactive store to what waits for answers, such as the health
	 * indicator.
	 */
	@Bean
	@ConditionalOnSingleCandidate(ReactiveStateStore.class)
	@ConditionalOnMissingBean(StateStore.class)
	AwaitedStore oauth2StateAwaitedStore(ReactiveStateStore own, OAuth2StateSettings settings) {
		return new AwaitedStore(own, settings.timeout());
	}

	/**
	 * Properties of the threads on which reactive apps call a store that blocks.
	 *
	 * @param maxThreads on how many threads a reactive app calls a store that blocks, as
	 * JDBC does, from 1 to 1000; no more than the store has connections is of use
	 * @param queueCapacity how many calls of the store wait for a thread, from 0 to
	 * 1000000; further ones fail at once
	 */
	@ConfigurationProperties("oauth2-state.blocking")
	record BlockingProperties(@DefaultValue("10") int maxThreads, @DefaultValue("10000") int queueCapacity) {

		int checkedMaxThreads() {
			return PropertyCheck.of("oauth2-state.blocking.max-threads", this.maxThreads)
				.between(1, 1000, "Use 1 to 1000, for example 10.");
		}

		int checkedQueueCapacity() {
			return PropertyCheck.of("oauth2-state.blocking.queue-capacity", this.queueCapacity)
				.between(0, 1_000_000, "Use 0 to 1000000, for example 10000.");
		}

	}

}
