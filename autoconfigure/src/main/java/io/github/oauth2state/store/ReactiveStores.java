package io.github.oauth2state.store;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

/**
 * The stores of an app for reactive callers. Thread-safe.
 */
public final class ReactiveStores implements DisposableBean {

	private final BlockingCalls blockingCalls;

	private final @Nullable StoreType ofLogins;

	private final ObjectProvider<ReactiveStateStore> own;

	private final ObjectProvider<StateStore> logins;

	private final ObjectProvider<ConfiguredStore<?>> stores;

	private final ObjectProvider<ConfiguredStore.Decorator> decorators;

	ReactiveStores(BlockingCalls blockingCalls, @Nullable StoreType ofLogins, ObjectProvider<ReactiveStateStore> own,
			ObjectProvider<StateStore> logins, ObjectProvider<ConfiguredStore<?>> stores,
			ObjectProvider<ConfiguredStore.Decorator> decorators) {
		this.blockingCalls = blockingCalls;
		this.ofLogins = ofLogins;
		this.own = own;
		this.logins = logins;
		this.stores = stores;
		this.decorators = decorators;
	}

	/**
	 * Returns the store of logins: that of the app if it has a reactive one of its own.
	 * @return the store, observed if the app has meters
	 */
	public ReactiveStateStore logins() {
		return own().orElseGet(() -> of(this.logins.getObject()));
	}

	/**
	 * Returns the store that instances share, as {@link ConfiguredStore#shared} chooses
	 * it.
	 * @return the store, observed if the app has meters, or empty if the app has none
	 */
	public Optional<ReactiveStateStore> shared() {
		return own().or(() -> ConfiguredStore.shared(this.ofLogins, this.logins, this.stores).map(this::of));
	}

	private Optional<ReactiveStateStore> own() {
		return Optional.ofNullable(this.own.getIfUnique()).map(this::decorate);
	}

	/**
	 * Returns a store for reactive callers.
	 * @param store the store, undecorated
	 * @return the same store, observed if the app has meters
	 */
	public ReactiveStateStore of(StateStore store) {
		Optional<ReactiveStateStore> nonBlocking = (store instanceof NonBlockingStore candidate) ? candidate.reactive()
				: Optional.empty();
		return decorate(nonBlocking.orElseGet(() -> new BlockingStoreAdapter(store, this.blockingCalls)));
	}

	private ReactiveStateStore decorate(ReactiveStateStore store) {
		ReactiveStateStore decorated = store;
		for (ConfiguredStore.Decorator decorator : this.decorators.orderedStream().toList()) {
			decorated = decorator.decorateReactive(decorated);
		}
		return decorated;
	}

	/**
	 * Does work that blocks, on a thread that may. A subscriber that cancels does not
	 * stop it.
	 * @param <T> the type of the result
	 * @param work the work
	 * @return the result, which may be empty
	 */
	public <T> Mono<T> onBlockingThread(Callable<? extends T> work) {
		return Mono.fromFuture(() -> this.blockingCalls.<Mono<T>>call(() -> Optional.of(result(work))).toFuture(), true)
			.flatMap(Function.identity());
	}

	private static <T> Mono<T> result(Callable<? extends T> work) {
		try {
			return Mono.justOrEmpty(work.call());
		}
		catch (Exception ex) {
			return Mono.error(ex);
		}
	}

	@Override
	public void destroy() {
		this.blockingCalls.close();
	}

}
