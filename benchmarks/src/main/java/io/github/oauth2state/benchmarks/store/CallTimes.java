package io.github.oauth2state.benchmarks.store;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

import io.github.oauth2state.StateKey;

/**
 * Makes calls and measures them. For one thread.
 */
public final class CallTimes {

	private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

	private final Samples puts = new Samples();

	private final Samples takes = new Samples();

	private long putBytes;

	private long takeBytes;

	/**
	 * Stores a record.
	 * @param calls stores it
	 * @param key its key
	 * @param value its value
	 * @throws IllegalStateException if there is one already
	 */
	public void put(Calls calls, StateKey key, byte[] value) {
		long bytes = THREADS.getCurrentThreadAllocatedBytes();
		long started = System.nanoTime();
		boolean stored = calls.put(key, value);
		long took = System.nanoTime() - started;
		this.putBytes += THREADS.getCurrentThreadAllocatedBytes() - bytes;
		this.puts.add(took);
		if (!stored) {
			throw new IllegalStateException("There is a record already");
		}
	}

	/**
	 * Takes a record.
	 * @param calls takes it
	 * @param key its key
	 * @throws IllegalStateException if it is not there
	 */
	public void take(Calls calls, StateKey key) {
		long bytes = THREADS.getCurrentThreadAllocatedBytes();
		long started = System.nanoTime();
		byte[] value = calls.take(key);
		long took = System.nanoTime() - started;
		this.takeBytes += THREADS.getCurrentThreadAllocatedBytes() - bytes;
		this.takes.add(took);
		if (value == null || value.length != Records.LENGTH) {
			throw new IllegalStateException("The record is not there");
		}
	}

	void addAll(CallTimes others) {
		this.puts.addAll(others.puts);
		this.takes.addAll(others.takes);
		this.putBytes += others.putBytes;
		this.takeBytes += others.takeBytes;
	}

	/**
	 * Returns how long it took to store records.
	 * @return the times
	 */
	public Samples puts() {
		return this.puts;
	}

	/**
	 * Returns how long it took to take records.
	 * @return the times
	 */
	public Samples takes() {
		return this.takes;
	}

	/**
	 * Returns how many bytes the calling thread allocated to store a record, on average.
	 */
	double bytesOfPut() {
		return this.putBytes / (double) this.puts.count();
	}

	/**
	 * Returns how many bytes the calling thread allocated to take a record, on average.
	 */
	double bytesOfTake() {
		return this.takeBytes / (double) this.takes.count();
	}

}
