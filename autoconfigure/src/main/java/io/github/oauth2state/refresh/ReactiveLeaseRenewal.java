package io.github.oauth2state.refresh;

import java.time.Duration;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Renews leases and repeats failed commands, as {@link LeaseRenewal}, without threads of
 * its own. Thread-safe.
 */
final class ReactiveLeaseRenewal implements AutoCloseable {

	private static final Duration RETRY = Duration.ofMillis(250);

	private final Duration lease;

	private final Duration limit;

	private final Disposable.Composite running = Disposables.composite();

	ReactiveLeaseRenewal(RefreshProperties properties) {
		this.lease = properties.lease();
		this.limit = properties.waitTimeout();
	}

	/**
	 * Renews the lease of an entry while a call lasts.
	 */
	<T> Mono<T> renewDuring(ReactiveStoredRefresh entry, Mono<T> call) {
		return Mono.using(() -> start(renewals(entry)), (renewals) -> call, this::stop);
	}

	private Flux<Boolean> renewals(ReactiveStoredRefresh entry) {
		return Flux.interval(this.lease.dividedBy(3))
			.onBackpressureDrop()
			.take(this.limit)
			.concatMap((tick) -> renew(entry), 1);
	}

	/**
	 * Repeats a task in the background until it succeeds, for as long as a lease lasts.
	 * After that, other requests have taken over.
	 * @param task the task, which yields whether it succeeded
	 */
	void retry(Mono<Boolean> task) {
		Flux<Boolean> attempts = Mono.delay(RETRY)
			.then(task.onErrorResume((ex) -> Mono.just(false)))
			.repeat()
			.takeUntil((succeeded) -> succeeded)
			.take(this.lease);
		start(attempts);
	}

	private Disposable start(Flux<?> work) {
		Disposable.Swap started = Disposables.swap();
		this.running.add(started);
		started.update(work.doFinally((signal) -> stop(started)).subscribe());
		return started;
	}

	private void stop(Disposable work) {
		work.dispose();
		this.running.remove(work);
	}

	/**
	 * Renews the lease of an entry.
	 * @return whether its holder still had it, or the store did not answer
	 */
	Mono<Boolean> renew(ReactiveStoredRefresh entry) {
		// Whether the lease was lost shows when the result is published
		return entry.renewLease().onErrorResume((ex) -> Mono.just(true));
	}

	@Override
	public void close() {
		this.running.dispose();
	}

}
