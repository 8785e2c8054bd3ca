package io.github.oauth2state.store;

import java.util.List;

import io.github.oauth2state.StateStore;

/**
 * Everything that is to be put around a store.
 */
public final class StoreDecorators {

	private final List<StoreDecorator> decorators;

	StoreDecorators(List<StoreDecorator> decorators) {
		this.decorators = List.copyOf(decorators);
	}

	/**
	 * Puts all of it around a store.
	 * @param store the store itself
	 * @return the store to use
	 */
	public StateStore around(StateStore store) {
		StateStore decorated = store;
		for (StoreDecorator decorator : this.decorators) {
			decorated = decorator.decorate(decorated);
		}
		return decorated;
	}

}
