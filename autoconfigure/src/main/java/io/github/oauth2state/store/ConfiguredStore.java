package io.github.oauth2state.store;

import org.springframework.beans.factory.DisposableBean;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.StoreType;

/**
 * A store of the library's own, which something is configured to be kept in. The bean of
 * type {@link StateStore} is the one that logins use: this one, another one, or the
 * app's.
 *
 * @param <S> the type of the store
 * @param type what kind of store it is
 * @param store the store itself, undecorated
 */
public record ConfiguredStore<S extends StateStore & DisposableBean>(StoreType type,
		S store) implements DisposableBean {

	@Override
	public void destroy() throws Exception {
		this.store.destroy();
	}

}
