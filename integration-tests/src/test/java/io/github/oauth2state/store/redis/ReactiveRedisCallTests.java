package io.github.oauth2state.store.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.redis.RedisConnections.AppRedisConnections;
import io.github.oauth2state.support.NoBlocking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for when {@link ReactiveRedisStateStore} makes a call, and that no thread waits.
 */
@Timeout(60)
class ReactiveRedisCallTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final TestRedis redis = TestRedis.instance();

	private final TcpProxy proxy = new TcpProxy(this.redis.host(), this.redis.port());

	private final LettuceConnectionFactory app = new LettuceConnectionFactory(this.proxy.host(), this.proxy.port());

	private RedisStateStore store = store(Duration.ofSeconds(10));

	private final StateKey key = randomKey();

	@BeforeAll
	static void install() {
		NoBlocking.install();
	}

	@AfterEach
	void close() {
		this.store.destroy();
		this.proxy.close();
	}

	@Test
	void nothingHappensBeforeSubscriptionAndEachSubscriptionIsACall() {
		reactive().find(this.key).block();
		assertThat(this.redis.callsDuring(() -> reactive().take(this.key))).isEmpty();
		Mono<byte[]> find = reactive().find(this.key);
		assertThat(this.redis.callsDuring(() -> find.then(find).then(find).block())).isEqualTo(Map.of("getrange", 3));
	}

	@Test
	void everyCallMayBeMadeOnAThreadThatMustNotBlock() {
		byte[] value = { 1 };
		byte[] other = { 2 };
		ReactiveStateStore called = reactive();
		StepVerifier
			.create(called.putIfAbsent(this.key, value, MINUTE)
				.then(called.putIfAbsent(this.key, other, MINUTE))
				.flatMap((there) -> called.replace(this.key, there, other, MINUTE))
				.then(called.find(this.key))
				.flatMap((there) -> called.remove(this.key, there))
				.then(called.take(this.key))
				.subscribeOn(Schedulers.parallel()))
			.verifyComplete();
	}

	@Test
	void waitForTheFirstConnectionBlocksNoThreadAndEndsInTime() {
		this.proxy.set(Mode.HOLD_REQUESTS);
		this.store.destroy();
		this.store = store(Duration.ofSeconds(1));
		StepVerifier
			.create(Flux.range(0, 100)
				.flatMap((i) -> reactive().take(this.key)
					.then(Mono.<Reason>empty())
					.onErrorResume(StateStoreException.class, (ex) -> Mono.just(ex.getReason())))
				.subscribeOn(Schedulers.parallel()))
			.thenConsumeWhile(Reason.CONNECTION::equals)
			.expectComplete()
			.verify(Duration.ofSeconds(20));
	}

	/**
	 * Connecting fails at the end of the timeout if a server does not accept connections,
	 * and either may come first.
	 */
	@Test
	void commandThatCouldNotBeSentInTimeFailedToConnect() {
		CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connecting = new CompletableFuture<>() {

			@Override
			public CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> copy() {
				return new CompletableFuture<>();
			}

		};
		OwnRedisConnections connections = mock();
		given(connections.connecting()).willReturn(connecting);
		given(connections.timeout()).willReturn(Duration.ofMillis(100));
		StepVerifier
			.create(new ReactiveRedisStateStore(connections, mock(), mock()).take(this.key)
				.doOnSubscribe((subscription) -> connecting.completeExceptionally(new IOException())))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(StateStoreException.class,
					(failure) -> assertThat(failure.getReason()).isEqualTo(Reason.CONNECTION)));
	}

	@Test
	void callerThatGivesUpLeavesTheFirstConnectionToOthers() {
		this.proxy.set(Mode.HOLD_REQUESTS);
		this.store.destroy();
		this.store = store(Duration.ofSeconds(10));
		Disposable impatient = reactive().find(this.key).subscribe();
		StepVerifier.create(reactive().find(this.key)).then(() -> {
			impatient.dispose();
			this.proxy.set(Mode.FORWARD);
		}).verifyComplete();
	}

	@Test
	void failureToConnectIsNotLoggedForACallerThatGaveUp() {
		List<Throwable> dropped = new CopyOnWriteArrayList<>();
		Hooks.onErrorDropped(dropped::add);
		try {
			this.proxy.set(Mode.HOLD_REQUESTS);
			this.store.destroy();
			this.store = store(Duration.ofSeconds(10));
			Disposable impatient = reactive().find(this.key).subscribe();
			StepVerifier.create(reactive().find(this.key)).then(() -> {
				impatient.dispose();
				this.proxy.close();
			}).verifyError(StateStoreException.class);
			assertThat(dropped).isEmpty();
		}
		finally {
			Hooks.resetOnErrorDropped();
		}
	}

	@Test
	void cancelledCallLeavesTheConnectionAsItIs() {
		reactive().find(this.key).block();
		long before = this.redis.statistic("stats", "total_connections_received");
		for (int i = 0; i < 100; i++) {
			reactive().take(this.key).subscribe().dispose();
		}
		assertThat(reactive().putIfAbsent(this.key, new byte[1], MINUTE).blockOptional()).isEmpty();
		assertThat(reactive().take(this.key).block()).hasSize(1);
		assertThat(this.redis.statistic("stats", "total_connections_received")).isEqualTo(before);
	}

	@Test
	@Tag("full")
	void manyCallsAtOnceOfASlowServerNeedNoMoreThreads() {
		int number = 2000;
		reactive().find(this.key).block();
		this.proxy.delay(Duration.ofMillis(200));
		int before = Thread.activeCount();
		AtomicInteger most = new AtomicInteger();
		StepVerifier.create(Flux.range(0, number).flatMap((i) -> {
			most.accumulateAndGet(Thread.activeCount(), Math::max);
			StateKey own = randomKey();
			return reactive().putIfAbsent(own, own.toByteArray(), MINUTE).then(reactive().take(own));
		}, number).subscribeOn(Schedulers.parallel()).count()).expectNext((long) number).verifyComplete();
		// Reactor's own, one for each processor and a few more
		assertThat(most.get() - before).isLessThanOrEqualTo(Schedulers.DEFAULT_POOL_SIZE + 2);
	}

	@Test
	void connectionsOfTheAppAreCalledOnOtherThreads() {
		RedisStateStore blocking = new RedisStateStore(new AppRedisConnections(this.app), "oauth2-state:");
		assertThat(blocking.reactive()).isEmpty();
	}

	private ReactiveStateStore reactive() {
		return this.store.reactive().orElseThrow();
	}

	private RedisStateStore store(Duration timeout) {
		return new RedisStateStore(RedisConnections.of(this.app, timeout), "oauth2-state:");
	}

	private static StateKey randomKey() {
		return StateKey.of("app", "test", UUID.randomUUID().toString());
	}

}
