package io.github.oauth2state.store;

import java.util.Optional;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;

import io.github.oauth2state.StateStore;

/**
 * Makes calls of a blocking store on threads that may block.
 */
final class BlockingStoreAdapter extends AdaptedStore {

	private final BlockingCalls calls;

	BlockingStoreAdapter(StateStore store, BlockingCalls calls) {
		super(store);
		this.calls = calls;
	}

	@Override
	<T> Mono<T> call(Supplier<Optional<T>> operation) {
		return this.calls.call(operation);
	}

}
