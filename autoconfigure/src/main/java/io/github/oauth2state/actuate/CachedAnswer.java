package io.github.oauth2state.actuate;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Keeps an answer for a while, and then lets one caller at a time get another. Callers
 * that come meanwhile are given the last answer, as long as it is not twice as old as an
 * answer may get, and else wait for the new one. Thread-safe.
 *
 * @param <T> the type of the answer
 */
final class CachedAnswer<T> {

	private final Supplier<T> source;

	private final long nanos;

	private final LongSupplier ticker;

	private final ReentrantLock asking = new ReentrantLock();

	private volatile @Nullable Answer<T> last;

	/**
	 * Creates a cache without an answer.
	 * @param source where answers come from
	 * @param age how old an answer gets, zero to keep none
	 * @param ticker tells nanoseconds, as {@link System#nanoTime()} does
	 */
	CachedAnswer(Supplier<T> source, Duration age, LongSupplier ticker) {
		this.source = source;
		this.nanos = age.toNanos();
		this.ticker = ticker;
	}

	T get() {
		Answer<T> seen = this.last;
		if (seen != null && age(seen) < this.nanos) {
			return seen.value;
		}
		if (!this.asking.tryLock()) {
			if (seen != null && age(seen) < 2 * this.nanos) {
				return seen.value;
			}
			this.asking.lock();
		}
		try {
			Answer<T> there = this.last;
			return (there != null && there != seen) ? there.value : ask();
		}
		finally {
			this.asking.unlock();
		}
	}

	private long age(Answer<T> answer) {
		return this.ticker.getAsLong() - answer.nanoTime;
	}

	private T ask() {
		T value = this.source.get();
		this.last = new Answer<>(value, this.ticker.getAsLong());
		return value;
	}

	/**
	 * An answer and when it came. No record, as two of the same content are not the same.
	 */
	private static final class Answer<T> {

		private final T value;

		private final long nanoTime;

		Answer(T value, long nanoTime) {
			this.value = value;
			this.nanoTime = nanoTime;
		}

	}

}
