package io.github.oauth2state.store;

import io.github.oauth2state.StateStore;

/**
 * Puts something around the store that logins use, such as measuring. Beans of this type
 * are applied in their order, the first one innermost; the store's own cleanup and checks
 * go past them.
 */
@FunctionalInterface
public interface StoreDecorator {

	/**
	 * Decorates a store.
	 * @param store the store, possibly decorated already
	 * @return the store to use
	 */
	StateStore decorate(StateStore store);

}
