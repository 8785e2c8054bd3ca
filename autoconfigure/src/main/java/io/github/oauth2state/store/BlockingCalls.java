package io.github.oauth2state.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Makes calls that block, for callers that must not, on a few threads and with a queue
 * before them. Threads are started as they are needed and end when they are not.
 * <p>
 * Calls that cannot start in time fail as if the store could not be reached: they had no
 * effect, and the circuit counts them, so that it opens when the store is overloaded.
 */
final class BlockingCalls implements AutoCloseable {

	private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

	private final int maxThreads;

	private final int queueCapacity;

	private final Duration timeout;

	private final AtomicInteger pending = new AtomicInteger();

	private final ScheduledThreadPoolExecutor executor;

	/**
	 * Creates an instance, which has no threads yet.
	 * @param maxThreads how many threads there are at most
	 * @param queueCapacity how many calls wait for a thread at most
	 * @param timeout how long a call waits for a thread at most
	 */
	BlockingCalls(int maxThreads, int queueCapacity, Duration timeout) {
		this.maxThreads = maxThreads;
		this.queueCapacity = queueCapacity;
		this.timeout = timeout;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("oauth2-state-store-");
		threads.setDaemon(true);
		// Not for its timers: a call that waits can be removed from it at once
		this.executor = new ScheduledThreadPoolExecutor(maxThreads, threads);
		this.executor.setKeepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS);
		this.executor.allowCoreThreadTimeOut(true);
		this.executor.setRemoveOnCancelPolicy(true);
	}

	/**
	 * Makes a call for each subscription. Its result is not signalled on the thread of
	 * the call, so that callers do not keep it from other calls.
	 * @param <T> the type of the result
	 * @param operation calls the store
	 * @return the result
	 */
	<T> Mono<T> call(Supplier<Optional<T>> operation) {
		return Mono.<T>create((sink) -> enqueue(new Call<>(operation, sink))).publishOn(Schedulers.parallel());
	}

	private void enqueue(Call<?> call) {
		int before = this.pending.getAndIncrement();
		if (before >= this.maxThreads + this.queueCapacity) {
			call.refuse(("No thread is free for the store, and %d calls wait already: "
					+ "see oauth2-state.blocking.max-threads and oauth2-state.blocking.queue-capacity")
				.formatted(this.queueCapacity));
			return;
		}
		if (before >= this.maxThreads) {
			call.limitWait();
		}
		try {
			call.queue(this.executor.submit(call));
		}
		catch (RejectedExecutionException ex) {
			call.refuse("The store is closed");
		}
	}

	/**
	 * Waits for calls. Those that have not started when their time to wait is over, fail.
	 */
	@Override
	public void close() {
		this.executor.shutdown();
		try {
			this.executor.awaitTermination(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * A call that either runs once or, if its subscriber has given up before, never.
	 *
	 * @param <T> the type of the result
	 */
	private final class Call<T> implements Runnable {

		private final AtomicBoolean claimed = new AtomicBoolean();

		private final Disposable.Swap timer = Disposables.swap();

		private final Supplier<Optional<T>> operation;

		private final MonoSink<T> sink;

		private volatile @Nullable Future<?> queued;

		Call(Supplier<Optional<T>> operation, MonoSink<T> sink) {
			this.operation = operation;
			this.sink = sink;
			sink.onCancel(this::giveUp);
		}

		void limitWait() {
			this.timer.update(Schedulers.parallel()
				.schedule(
						() -> refuse("No thread was free for the store within oauth2-state.timeout (%d ms): ".formatted(
								BlockingCalls.this.timeout.toMillis()) + "see oauth2-state.blocking.max-threads"),
						BlockingCalls.this.timeout.toMillis(), TimeUnit.MILLISECONDS));
		}

		void queue(Future<?> future) {
			this.queued = future;
			if (this.claimed.get()) {
				// It has started, which this does not interrupt, or has been given up
				future.cancel(false);
			}
		}

		@Override
		public void run() {
			if (!this.claimed.compareAndSet(false, true)) {
				return;
			}
			this.timer.dispose();
			try {
				this.sink.success(this.operation.get().orElse(null));
			}
			catch (StateStoreException | Error ex) {
				this.sink.error(ex);
			}
			catch (RuntimeException ex) {
				this.sink.error(new StateStoreException(Reason.AMBIGUOUS, "The store failed in a way of its own", ex));
			}
			finally {
				BlockingCalls.this.pending.decrementAndGet();
			}
		}

		void refuse(String message) {
			if (giveUp()) {
				this.sink.error(new StateStoreException(Reason.CONNECTION, message, null));
			}
		}

		private boolean giveUp() {
			boolean waiting = this.claimed.compareAndSet(false, true);
			if (waiting) {
				this.timer.dispose();
				BlockingCalls.this.pending.decrementAndGet();
				Future<?> future = this.queued;
				if (future != null) {
					future.cancel(false);
				}
			}
			return waiting;
		}

	}

}
