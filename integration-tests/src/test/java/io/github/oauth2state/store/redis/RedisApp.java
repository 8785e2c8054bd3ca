package io.github.oauth2state.store.redis;

import org.awaitility.Awaitility;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.NonBlockingStore;
import io.github.oauth2state.store.ReactiveCalls;
import io.github.oauth2state.store.SessionIndex;

/**
 * An app that is configured by properties alone.
 */
final class RedisApp implements AutoCloseable {

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private RedisApp(String... properties) {
		TestPropertyValues.of("oauth2-state.store=redis").and(properties).applyTo(this.context);
		this.context.register(SslAutoConfiguration.class, DataRedisAutoConfiguration.class,
				OAuth2StateAutoConfiguration.class, RedisStateStoreAutoConfiguration.class);
		this.context.refresh();
	}

	static RedisApp start(String... properties) {
		return new RedisApp(properties);
	}

	/**
	 * Waits for the first answer, which on a slow machine takes longer than the timeout.
	 */
	RedisApp connected() {
		Awaitility.await()
			.ignoreExceptionsInstanceOf(StateStoreException.class)
			.until(() -> store().find(StateKey.of("app", "test", "none")).isEmpty());
		return this;
	}

	StateStore store() {
		return this.context.getBean(StateStore.class);
	}

	/**
	 * Returns the store as reactive callers call it.
	 */
	StateStore reactiveStore() {
		return ReactiveCalls.of(this.context.getBean(NonBlockingStore.class));
	}

	SessionIndex sessionIndex() {
		ConfiguredStore<?> store = this.context.getBean(ConfiguredStore.class);
		return store.sessionIndex().orElseThrow();
	}

	@Override
	public void close() {
		this.context.close();
	}

}
