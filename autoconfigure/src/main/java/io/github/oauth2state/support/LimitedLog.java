package io.github.oauth2state.support;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Writes no more than a number of lines in a while, and then how many it left out: who
 * can cause an outcome at will must not be able to fill a disk. Thread-safe.
 */
public final class LimitedLog {

	static final int LINES = 50;

	static final Duration WHILE = Duration.ofSeconds(10);

	private final Log logger;

	private final LongSupplier nanoTime;

	private long begun;

	private int lines;

	/**
	 * Creates a log.
	 * @param type whose log it is
	 */
	public LimitedLog(Class<?> type) {
		this(type, System::nanoTime);
	}

	LimitedLog(Class<?> type, LongSupplier nanoTime) {
		this.logger = LogFactory.getLog(type);
		this.nanoTime = nanoTime;
		this.begun = nanoTime.getAsLong();
	}

	/**
	 * Writes a line, or counts it.
	 * @param line writes the line
	 */
	public void write(Consumer<Log> line) {
		int leftOut = leftOutBefore();
		if (leftOut > 0) {
			this.logger.warn(leftOut + " more lines in " + WHILE.toSeconds() + " seconds were left out");
		}
		if (leftOut >= 0) {
			line.accept(this.logger);
		}
	}

	/**
	 * Counts a line.
	 * @return how many lines were left out in the while that is over, or -1 if this one
	 * is to be left out too
	 */
	private synchronized int leftOutBefore() {
		int leftOut = 0;
		long now = this.nanoTime.getAsLong();
		if (now - this.begun >= WHILE.toNanos()) {
			leftOut = Math.max(0, this.lines - LINES);
			this.begun = now;
			this.lines = 0;
		}
		return (++this.lines <= LINES) ? leftOut : -1;
	}

}
