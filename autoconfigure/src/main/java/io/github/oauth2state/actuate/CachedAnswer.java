package io.github.oauth2state.actuate;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Caches an answer for a while. When it is too old, one caller at a time asks for a new
 * one. Callers that come meanwhile get the old answer until it has twice the allowed age,
 * and after that wait for the new one. Thread-safe.
 *
 * @param <T> the type of the answer
 */
final class CachedAnswer<T> {

	private final Supplier<T> source;

	private final long maxAgeNanos;

	private final LongSupplier ticker;

	private final ReentrantLock asking = new ReentrantLock();

	private volatile @Nullable Answer<T> last;

	/**
	 * Creates an empty cache.
	 * @param source the source of answers
	 * @param maxAge how old an answer may get, or zero to cache none
	 * @param ticker returns nanoseconds, as {@link System#nanoTime()} does
	 */
	CachedAnswer(Supplier<T> source, Duration maxAge, LongSupplier ticker) {
		this.source = source;
		this.maxAgeNanos = maxAge.toNanos();
		this.ticker = ticker;
	}

	T get() {
		Answer<T> seen = this.last;
		if (seen != null && age(seen) < this.maxAgeNanos) {
			return seen.value;
		}
		if (!this.asking.tryLock()) {
			if (seen != null && age(seen) < 2 * this.maxAgeNanos) {
				return seen.value;
			}
			this.asking.lock();
		}
		try {
			Answer<T> current = this.last;
			return (current != null && current != seen) ? current.value : ask();
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
	 * An answer and its time. Not a record, as answers are compared by identity.
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
