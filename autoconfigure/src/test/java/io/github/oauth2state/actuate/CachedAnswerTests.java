package io.github.oauth2state.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.actuate.StoreHealthIndicator.CachedAnswer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CachedAnswer}.
 */
@Timeout(60)
class CachedAnswerTests {

	private static final Executor THREADS = (work) -> new Thread(work, "caller").start();

	private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1);

	private final AtomicInteger asked = new AtomicInteger();

	private final CachedAnswer<Integer> answer = new CachedAnswer<>(this.asked::incrementAndGet, Duration.ofSeconds(5),
			this.nanoTime::get);

	@Test
	void answerIsKeptUntilItsAge() {
		assertThat(this.answer.get()).isEqualTo(1);
		advance(Duration.ofSeconds(5).minusNanos(1));
		assertThat(this.answer.get()).isEqualTo(1);
		advance(Duration.ofNanos(1));
		assertThat(this.answer.get()).isEqualTo(2);
		assertThat(this.answer.get()).isEqualTo(2);
	}

	@Test
	void ageOfZeroKeepsNothing() {
		CachedAnswer<Integer> uncached = new CachedAnswer<>(this.asked::incrementAndGet, Duration.ZERO,
				this.nanoTime::get);
		assertThat(uncached.get()).isEqualTo(1);
		assertThat(uncached.get()).isEqualTo(2);
	}

	@Test
	void callersDuringTheFirstAskingWaitForItsAnswer() {
		Source source = new Source();
		CachedAnswer<Integer> uncached = new CachedAnswer<>(source::ask, Duration.ZERO, this.nanoTime::get);
		List<CompletableFuture<Integer>> callers = source.callDuringOneAsking(uncached, 20);
		assertThat(callers).allSatisfy((caller) -> assertThat(caller).isNotDone());
		source.release.countDown();
		assertThat(callers).allSatisfy((caller) -> assertThat(caller.join()).isEqualTo(1));
		assertThat(source.asked).hasValue(1);
	}

	@Test
	void callersDuringALaterAskingHaveTheLastAnswer() {
		Source source = new Source();
		CachedAnswer<Integer> cached = new CachedAnswer<>(source::ask, Duration.ofSeconds(5), this.nanoTime::get);
		source.release.countDown();
		assertThat(cached.get()).isEqualTo(1);
		source.hold();
		advance(Duration.ofSeconds(9));
		CompletableFuture<Integer> asking = CompletableFuture.supplyAsync(cached::get, THREADS);
		source.awaitAsking();
		assertThat(cached.get()).isEqualTo(1);
		source.release.countDown();
		assertThat(asking.join()).isEqualTo(2);
		assertThat(cached.get()).isEqualTo(2);
	}

	@Test
	void lastAnswerIsNotGivenOnceItIsTwiceAsOldAsItMayGet() {
		Source source = new Source();
		CachedAnswer<Integer> cached = new CachedAnswer<>(source::ask, Duration.ofSeconds(5), this.nanoTime::get);
		source.release.countDown();
		cached.get();
		source.hold();
		advance(Duration.ofSeconds(10));
		List<CompletableFuture<Integer>> callers = source.callDuringOneAsking(cached, 5);
		assertThat(callers).allSatisfy((caller) -> assertThat(caller).isNotDone());
		source.release.countDown();
		assertThat(callers).allSatisfy((caller) -> assertThat(caller.join()).isEqualTo(2));
	}

	@Test
	void askingThatFailsIsNotRememberedAndHoldsNobodyUp() {
		CachedAnswer<Integer> failing = new CachedAnswer<>(() -> {
			if (this.asked.incrementAndGet() == 1) {
				throw new AssertionError("planted");
			}
			return this.asked.get();
		}, Duration.ofSeconds(5), this.nanoTime::get);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(failing::get);
		assertThat(CompletableFuture.supplyAsync(failing::get, THREADS).join()).isEqualTo(2);
	}

	private void advance(Duration duration) {
		this.nanoTime.addAndGet(duration.toNanos());
	}

	/**
	 * Answers when it is released.
	 */
	private static final class Source {

		private final AtomicInteger asked = new AtomicInteger();

		private volatile CountDownLatch begun = new CountDownLatch(1);

		private volatile CountDownLatch release = new CountDownLatch(1);

		int ask() {
			int answer = this.asked.incrementAndGet();
			this.begun.countDown();
			await(this.release);
			return answer;
		}

		void hold() {
			this.begun = new CountDownLatch(1);
			this.release = new CountDownLatch(1);
		}

		void awaitAsking() {
			await(this.begun);
		}

		/**
		 * Lets callers come, of whom one asks and the others wait.
		 */
		List<CompletableFuture<Integer>> callDuringOneAsking(CachedAnswer<Integer> cached, int callers) {
			List<Thread> threads = new ArrayList<>();
			List<CompletableFuture<Integer>> calls = new ArrayList<>();
			for (int i = 0; i < callers; i++) {
				calls.add(CompletableFuture.supplyAsync(cached::get, (work) -> {
					Thread thread = new Thread(work, "caller");
					threads.add(thread);
					thread.start();
				}));
			}
			awaitAsking();
			Awaitility.await()
				.until(() -> threads.stream()
					.allMatch((it) -> it.getState() == Thread.State.WAITING
							|| it.getState() == Thread.State.TIMED_WAITING));
			return calls;
		}

		private static void await(CountDownLatch latch) {
			try {
				assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
