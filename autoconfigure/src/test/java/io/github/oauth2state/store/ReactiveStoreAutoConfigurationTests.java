package io.github.oauth2state.store;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ReactiveStoreAutoConfiguration}.
 */
class ReactiveStoreAutoConfigurationTests {

	private static final StateKey KEY = StateKey.of("app", "test", "key");

	private final ReactiveStateStore reactive = mock();

	private final StateStore blocking = mock();

	private final ReactiveWebApplicationContextRunner app = new ReactiveWebApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(OAuth2StateAutoConfiguration.class, JdbcStateStoreAutoConfiguration.class,
					MemoryStateStoreAutoConfiguration.class, RedisStateStoreAutoConfiguration.class,
					StateStoreAutoConfiguration.class, ReactiveStoreAutoConfiguration.class));

	@Test
	void appWithoutAStoreDoesNotStart() {
		this.app.run((context) -> assertThat(context).getFailure()
			.hasStackTraceContaining("OAuth2 State has nowhere to keep pending logins"));
	}

	@Test
	void appThatKeepsLoginsInCookiesNeedsNoStore() {
		this.app.withPropertyValues("oauth2-state.store=cookie")
			.run((context) -> assertThat(context.getBean(ReactiveStores.class).shared()).isEmpty());
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "memory" })
	void storesThatDoNotBlockAreCalledDirectly(String store) {
		this.app.withBean(RedisConnectionFactory.class, LettuceConnectionFactory::new)
			.withPropertyValues("oauth2-state.store=" + store)
			.run((context) -> {
				ReactiveStores stores = context.getBean(ReactiveStores.class);
				assertThat(stores.logins()).isNotInstanceOf(BlockingStoreAdapter.class);
				assertThat(stores.logins().name()).isEqualTo(store);
				assertThat(stores.logins()).hasToString(context.getBean(StateStore.class).toString());
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "redis", "memory" })
	void reactiveStoreOfTheAppIsEnoughForAllCallers(String store) {
		given(this.reactive.find(KEY)).willReturn(Mono.just(new byte[1]));
		given(this.reactive.take(KEY)).willReturn(Mono.empty());
		given(this.reactive.remove(KEY, new byte[1])).willReturn(Mono.just(true));
		this.app.withBean(ReactiveStateStore.class, () -> this.reactive)
			.withBean(RedisConnectionFactory.class, LettuceConnectionFactory::new)
			.withPropertyValues("oauth2-state.store=" + store)
			.run((context) -> {
				ReactiveStores stores = context.getBean(ReactiveStores.class);
				assertThat(stores.logins()).isSameAs(this.reactive);
				assertThat(stores.shared()).containsSame(this.reactive);
				StateStore awaited = context.getBean(StateStore.class);
				assertThat(stores.of(awaited)).isSameAs(this.reactive);
				assertThat(awaited.find(KEY)).isPresent();
				assertThat(awaited.take(KEY)).isEmpty();
				assertThat(awaited.remove(KEY, new byte[1])).isTrue();
			});
	}

	@Test
	void callersThatWaitForAReactiveStoreHaveATimeout() {
		given(this.reactive.find(KEY)).willReturn(Mono.never());
		this.app.withBean(ReactiveStateStore.class, () -> this.reactive)
			.withPropertyValues("oauth2-state.timeout=100ms")
			.run((context) -> assertThatExceptionOfType(StateStoreException.class)
				.isThrownBy(() -> context.getBean(StateStore.class).find(KEY))
				.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(StateStoreException.Reason.TIMEOUT)));
	}

	@Test
	void appMayHaveAStoreForEachKindOfCaller() {
		this.app.withBean(ReactiveStateStore.class, () -> this.reactive)
			.withBean(StateStore.class, () -> this.blocking)
			.run((context) -> {
				assertThat(context.getBean(StateStore.class)).isSameAs(this.blocking);
				assertThat(context.getBean(ReactiveStores.class).logins()).isSameAs(this.reactive);
			});
	}

	@Test
	void storeThatBlocksIsCalledOnThreadsThatStartWhenNeededAndEndWithTheApp() {
		given(this.blocking.name()).willReturn("own");
		Set<Thread> before = threads();
		Set<Thread> used = ConcurrentHashMap.newKeySet();
		given(this.blocking.find(KEY)).willAnswer((call) -> {
			used.add(Thread.currentThread());
			return Optional.of(new byte[1]);
		});
		this.app.withBean(StateStore.class, () -> this.blocking)
			.withPropertyValues("oauth2-state.blocking.max-threads=1")
			.run((context) -> {
				ReactiveStateStore store = context.getBean(ReactiveStores.class).logins();
				assertThat(store.name()).isEqualTo("own");
				Mono<byte[]> call = store.find(KEY);
				assertThat(before).containsAll(threads());
				assertThat(call.block()).hasSize(1);
				assertThat(call.block()).hasSize(1);
				assertThat(used).hasSize(1).isSubsetOf(threads());
			});
		// A thread is alive for a moment after its executor has terminated
		assertThat(used).allSatisfy((thread) -> thread.join(10_000)).noneMatch(Thread::isAlive);
	}

	@Test
	void allStoresAreDecorated() {
		ReactiveStateStore decorated = mock();
		ConfiguredStore.Decorator decorator = new ConfiguredStore.Decorator() {

			@Override
			public StateStore decorate(StateStore store) {
				return store;
			}

			@Override
			public ReactiveStateStore decorateReactive(ReactiveStateStore store) {
				return decorated;
			}

		};
		this.app.withBean(ReactiveStateStore.class, () -> this.reactive)
			.withBean(ConfiguredStore.Decorator.class, () -> decorator)
			.run((context) -> {
				ReactiveStores stores = context.getBean(ReactiveStores.class);
				assertThat(stores.logins()).isSameAs(decorated);
				assertThat(stores.shared()).containsSame(decorated);
				assertThat(stores.of(this.blocking)).isSameAs(decorated);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "max-threads=0", "max-threads=1001", "queue-capacity=-1", "queue-capacity=1000001" })
	void valuesThatAreOutOfRangeStopTheApp(String property) {
		this.app.withBean(StateStore.class, () -> this.blocking)
			.withPropertyValues("oauth2-state.blocking." + property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("oauth2-state.blocking." + property.substring(0, property.indexOf('='))));
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("oauth2-state-store-"))
			.collect(Collectors.toSet());
	}

}
