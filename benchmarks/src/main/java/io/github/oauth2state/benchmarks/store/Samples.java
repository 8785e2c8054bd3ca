package io.github.oauth2state.benchmarks.store;

import java.util.Arrays;

/**
 * Times of calls. They are kept without objects around them, as collecting those would be
 * measured.
 */
public final class Samples {

	private long[] nanos = new long[4096];

	private int count;

	void add(long time) {
		makeRoom(1);
		this.nanos[this.count++] = time;
	}

	void addAll(Samples others) {
		makeRoom(others.count);
		System.arraycopy(others.nanos, 0, this.nanos, this.count, others.count);
		this.count += others.count;
	}

	private void makeRoom(int more) {
		if (this.count + more > this.nanos.length) {
			this.nanos = Arrays.copyOf(this.nanos, Math.max(this.nanos.length * 2, this.count + more));
		}
	}

	/**
	 * Returns how many calls were measured.
	 * @return the number of calls
	 */
	public int count() {
		return this.count;
	}

	/**
	 * Returns the time that a part of the calls stayed below.
	 * @param part the part, for example 0.99
	 * @return the time in nanoseconds, or {@code NaN} if there were no calls
	 */
	public double quantile(double part) {
		if (this.count == 0) {
			return Double.NaN;
		}
		long[] sorted = Arrays.copyOf(this.nanos, this.count);
		Arrays.sort(sorted);
		return sorted[(int) Math.round(part * (sorted.length - 1))];
	}

}
