package io.github.oauth2state.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.support.NoBlocking;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BlockingCalls}.
 */
@Timeout(60)
class BlockingCallsTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Duration SOON = Duration.ofMillis(100);

	private final CountDownLatch release = new CountDownLatch(1);

	private final AtomicInteger started = new AtomicInteger();

	private final Set<Thread> others = threads();

	private BlockingCalls calls = new BlockingCalls(1, 1, MINUTE);

	@BeforeAll
	static void install() {
		NoBlocking.install();
	}

	@AfterEach
	void close() {
		this.release.countDown();
		this.calls.close();
	}

	@Test
	void nothingHappensBeforeSubscriptionAndEachSubscriptionIsACall() {
		Mono<String> call = this.calls.call(answering("answer"));
		assertThat(this.started).hasValue(0);
		assertThat(this.others).containsAll(threads());
		assertThat(call.block()).isEqualTo("answer");
		assertThat(call.block()).isEqualTo("answer");
		assertThat(this.started).hasValue(2);
	}

	@Test
	void nothingFoundIsEmpty() {
		StepVerifier.create(this.calls.call(Optional::empty)).verifyComplete();
	}

	@Test
	void callsRunOnDaemonThreadsAndCallersGoOnElsewhere() {
		this.calls.call(() -> Optional.of(Thread.currentThread())).doOnNext((thread) -> {
			assertThat(thread.getName()).startsWith("oauth2-state-store-");
			assertThat(thread.isDaemon()).isTrue();
			assertThat(Schedulers.isInNonBlockingThread()).isTrue();
		}).block();
	}

	@Test
	void failureOfTheStoreIsPassedOn() {
		StateStoreException failure = new StateStoreException(Reason.TIMEOUT, "no answer", null);
		StepVerifier.create(this.calls.call(throwing(failure)))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure));
	}

	@Test
	void anyOtherExceptionIsAmbiguous() {
		StepVerifier.create(this.calls.call(throwing(new IllegalArgumentException("its own"))))
			.verifyErrorSatisfies((ex) -> {
				assertThat(reason(ex)).isEqualTo(Reason.AMBIGUOUS);
				assertThat(ex).hasCauseInstanceOf(IllegalArgumentException.class);
			});
	}

	@Test
	void callThatFindsTheQueueFullFailsAtOnceAndNamesTheProperties() {
		Disposable running = this.calls.call(blocking()).subscribe();
		Disposable waiting = this.calls.call(answering("later")).subscribe();
		StepVerifier.create(this.calls.call(answering("never"))).verifyErrorSatisfies((ex) -> {
			assertThat(reason(ex)).isEqualTo(Reason.CONNECTION);
			assertThat(ex).hasMessageContaining("1 calls wait already")
				.hasMessageContaining("oauth2-state.blocking.max-threads")
				.hasMessageContaining("oauth2-state.blocking.queue-capacity");
		});
		this.release.countDown();
		Awaitility.await().until(() -> running.isDisposed() && waiting.isDisposed());
		assertThat(this.started).hasValue(2);
		assertThat(this.calls.call(answering("again")).block()).isEqualTo("again");
	}

	@Test
	void callThatWaitsTooLongFailsAndNeverRuns() {
		this.calls = new BlockingCalls(1, 1, SOON);
		Disposable running = this.calls.call(blocking()).subscribe();
		StepVerifier.create(this.calls.call(answering("never"))).verifyErrorSatisfies((ex) -> {
			assertThat(reason(ex)).isEqualTo(Reason.CONNECTION);
			assertThat(ex).hasMessageContaining("within oauth2-state.timeout (100 ms)")
				.hasMessageContaining("oauth2-state.blocking.max-threads");
		});
		this.release.countDown();
		Awaitility.await().until(running::isDisposed);
		assertThat(this.calls.call(answering("again")).block()).isEqualTo("again");
		assertThat(this.started).hasValue(2);
	}

	@Test
	void cancelledCallThatHasNotStartedNeverRunsAndMakesRoom() {
		Disposable running = this.calls.call(blocking()).subscribe();
		this.calls.call(answering("cancelled")).subscribe().dispose();
		Disposable waiting = this.calls.call(answering("answer")).subscribe();
		this.release.countDown();
		Awaitility.await().until(() -> running.isDisposed() && waiting.isDisposed());
		assertThat(this.started).hasValue(2);
	}

	@Test
	void cancelledCallThatHasStartedIsNotInterrupted() {
		AtomicInteger finished = new AtomicInteger();
		Disposable running = this.calls.call(() -> {
			Optional<String> result = blocking().get();
			finished.incrementAndGet();
			return result;
		}).subscribe();
		Awaitility.await().until(() -> this.started.get() == 1);
		running.dispose();
		this.release.countDown();
		Awaitility.await().until(() -> finished.get() == 1);
	}

	@Test
	void closeWaitsForACallThatHasStartedAndLaterOnesFail() {
		AtomicInteger finished = new AtomicInteger();
		this.calls.call(() -> {
			Optional<String> result = sleeping().get();
			finished.incrementAndGet();
			return result;
		}).subscribe();
		Awaitility.await().until(() -> this.started.get() == 1);
		this.calls.close();
		assertThat(finished).hasValue(1);
		StepVerifier.create(this.calls.call(answering("never")))
			.verifyErrorSatisfies((ex) -> assertThat(ex).hasMessage("The store is closed"));
	}

	@Test
	void callsThatAreQueuedWhenItClosesAreMadeOrRefused() {
		this.calls = new BlockingCalls(1, 10, MINUTE);
		List<String> signals = new CopyOnWriteArrayList<>();
		this.calls.call(sleeping()).subscribe();
		Awaitility.await().until(() -> this.started.get() == 1);
		for (int i = 0; i < 5; i++) {
			this.calls.call(answering("answer")).subscribe(signals::add, (ex) -> signals.add("refused"));
		}
		this.calls.close();
		Awaitility.await().until(() -> signals.size() == 5);
	}

	/**
	 * Subscribed to on a thread that must not block, as {@link NoBlocking} would notice.
	 */
	@Test
	@Tag("full")
	void manyCallsAtOnceOfASlowStoreNeedNoMoreThreads() {
		int number = 2000;
		this.calls = new BlockingCalls(40, number, MINUTE);
		List<Integer> counts = new ArrayList<>();
		Flux<Long> counting = Flux.interval(SOON).doOnNext((i) -> counts.add(threadsOfThisTest()));
		Disposable counter = counting.subscribe();
		StepVerifier
			.create(Flux.range(0, number)
				.flatMap((i) -> this.calls.call(sleeping()), number)
				.subscribeOn(Schedulers.parallel())
				.count())
			.expectNext((long) number)
			.verifyComplete();
		counter.dispose();
		assertThat(this.started).hasValue(number);
		assertThat(counts).isNotEmpty().allSatisfy((count) -> assertThat(count).isLessThanOrEqualTo(40));
	}

	private int threadsOfThisTest() {
		Set<Thread> threads = threads();
		threads.removeAll(this.others);
		return threads.size();
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("oauth2-state-store-"))
			.collect(Collectors.toSet());
	}

	private static Reason reason(Throwable failure) {
		return ((StateStoreException) failure).getReason();
	}

	private Supplier<Optional<String>> answering(String answer) {
		return () -> {
			this.started.incrementAndGet();
			return Optional.of(answer);
		};
	}

	private static Supplier<Optional<String>> throwing(RuntimeException failure) {
		return () -> {
			throw failure;
		};
	}

	@SuppressWarnings("UnnecessaryLambda")
	private Supplier<Optional<String>> blocking() {
		return () -> {
			this.started.incrementAndGet();
			try {
				this.release.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return Optional.of("released");
		};
	}

	@SuppressWarnings("UnnecessaryLambda")
	private Supplier<Optional<String>> sleeping() {
		return () -> {
			this.started.incrementAndGet();
			try {
				Thread.sleep(200);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return Optional.of("slept");
		};
	}

}
