package io.github.oauth2state.store;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

/**
 * The stores of an app for reactive callers. Thread-safe.
 */
public final class ReactiveStores implements DisposableBean {

	private static final int THREADS = 10;

	private static final int QUEUE_CAPACITY = 10_000;

	private final Scheduler scheduler = Schedulers.newBoundedElastic(THREADS, QUEUE_CAPACITY, "oauth2-state-store");

	private final @Nullable StoreType ofLogins;

	private final ObjectProvider<ReactiveStateStore> own;

	private final ObjectProvider<StateStore> logins;

	private final ObjectProvider<ConfiguredStore<?>> stores;

	ReactiveStores(@Nullable StoreType ofLogins, ObjectProvider<ReactiveStateStore> own,
			ObjectProvider<StateStore> logins, ObjectProvider<ConfiguredStore<?>> stores) {
		this.ofLogins = ofLogins;
		this.own = own;
		this.logins = logins;
		this.stores = stores;
	}

	/**
	 * Returns the store of logins: that of the app if it has a reactive one of its own.
	 * @return the store, observed if the app has meters
	 */
	public ReactiveStateStore logins() {
		ReactiveStateStore ofApp = this.own.getIfUnique();
		return (ofApp != null) ? ofApp : of(this.logins.getObject());
	}

	/**
	 * Returns the store that instances share, as {@link ConfiguredStore#shared} chooses
	 * it.
	 * @return the store, observed if the app has meters, or empty if the app has none
	 */
	public Optional<ReactiveStateStore> shared() {
		ReactiveStateStore ofApp = this.own.getIfUnique();
		return (ofApp != null) ? Optional.of(ofApp)
				: ConfiguredStore.shared(this.ofLogins, this.logins, this.stores).map(this::of);
	}

	/**
	 * Returns a store for reactive callers.
	 * @param store the store, undecorated
	 * @return the same store, observed if the app has meters
	 */
	public ReactiveStateStore of(StateStore store) {
		return ((store instanceof NonBlockingStore nonBlocking) ? nonBlocking.reactive()
				: Optional.<ReactiveStateStore>empty())
			.orElseGet(() -> new BlockingStoreAdapter(store, this.scheduler));
	}

	@Override
	public void destroy() {
		this.scheduler.dispose();
	}

}
