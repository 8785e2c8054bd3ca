package io.github.oauth2state.store;

import java.util.Optional;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.github.oauth2state.StateStore;

/**
 * Makes calls of a blocking store on threads that may block.
 */
final class BlockingStoreAdapter extends AdaptedStore {

	private final Scheduler scheduler;

	BlockingStoreAdapter(StateStore store, Scheduler scheduler) {
		super(store);
		this.scheduler = scheduler;
	}

	@Override
	<T> Mono<T> call(Supplier<Optional<T>> operation) {
		return super.call(operation).subscribeOn(this.scheduler);
	}

}
