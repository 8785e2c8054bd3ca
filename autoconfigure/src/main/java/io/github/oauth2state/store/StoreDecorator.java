package io.github.oauth2state.store;

import org.springframework.beans.factory.ObjectProvider;

import io.github.oauth2state.StateStore;

/**
 * Puts something around the stores that capabilities use, such as measuring. The cleanup
 * and the checks of a store bypass it.
 */
@FunctionalInterface
public interface StoreDecorator {

	/**
	 * Decorates a store.
	 * @param store the store, possibly decorated already
	 * @return the store to use
	 */
	StateStore decorate(StateStore store);

	/**
	 * Decorates a store with everything that the app has, in order, the first one
	 * innermost.
	 * @param store the store itself
	 * @param decorators all decorators
	 * @return the store to use
	 */
	static StateStore decorate(StateStore store, ObjectProvider<StoreDecorator> decorators) {
		StateStore decorated = store;
		for (StoreDecorator decorator : decorators.orderedStream().toList()) {
			decorated = decorator.decorate(decorated);
		}
		return decorated;
	}

}
