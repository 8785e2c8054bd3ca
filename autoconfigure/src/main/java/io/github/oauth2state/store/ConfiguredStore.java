package io.github.oauth2state.store;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

import org.springframework.beans.factory.DisposableBean;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.StoreType;

/**
 * A store of the library's own, which something is configured to be kept in. The bean of
 * type {@link StateStore} is the one that logins use: this one, another one, or the
 * app's.
 *
 * @param <S> the type of the store
 */
public final class ConfiguredStore<S extends StateStore & DisposableBean> implements DisposableBean {

	private final StoreType type;

	private final Supplier<S> source;

	private final Queue<S> opened = new ConcurrentLinkedQueue<>();

	private final S store;

	/**
	 * Opens a store.
	 * @param type what kind of store it is
	 * @param source makes the store, and its connections
	 */
	public ConfiguredStore(StoreType type, Supplier<S> source) {
		this.type = type;
		this.source = source;
		this.store = openApart();
	}

	/**
	 * Returns what kind of store it is.
	 * @return the type
	 */
	public StoreType type() {
		return this.type;
	}

	/**
	 * Returns the store itself.
	 * @return the store, undecorated
	 */
	public S store() {
		return this.store;
	}

	/**
	 * Opens the same store once more, on connections of its own: what is done there holds
	 * up nobody here.
	 * @return a store that is closed with this one
	 */
	public S openApart() {
		S another = this.source.get();
		this.opened.add(another);
		return another;
	}

	@Override
	public void destroy() throws Exception {
		for (S each : this.opened) {
			each.destroy();
		}
	}

}
