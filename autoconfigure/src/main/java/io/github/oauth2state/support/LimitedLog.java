package io.github.oauth2state.support;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A log that writes at most 50 lines in 10 seconds, and then how many it left out.
 * Otherwise somebody who can cause a log line at will could fill a disk. Thread-safe.
 */
public final class LimitedLog {

	static final int LINES = 50;

	static final Duration PERIOD = Duration.ofSeconds(10);

	private final Log logger;

	private final LongSupplier nanoTime;

	private long periodStart;

	private int lines;

	/**
	 * Creates a log.
	 * @param type the class that writes to it
	 */
	public LimitedLog(Class<?> type) {
		this(type, System::nanoTime);
	}

	LimitedLog(Class<?> type, LongSupplier nanoTime) {
		this.logger = LogFactory.getLog(type);
		this.nanoTime = nanoTime;
		this.periodStart = nanoTime.getAsLong();
	}

	/**
	 * Writes a line, or counts it.
	 * @param line writes the line
	 */
	public void write(Consumer<Log> line) {
		int leftOut = leftOutBefore();
		if (leftOut > 0) {
			this.logger.warn(leftOut + " more lines in " + PERIOD.toSeconds() + " seconds were left out");
		}
		if (leftOut >= 0) {
			line.accept(this.logger);
		}
	}

	/**
	 * Counts a line.
	 * @return how many lines were left out in the period before, or -1 if this line is to
	 * be left out too
	 */
	private synchronized int leftOutBefore() {
		int leftOut = 0;
		long now = this.nanoTime.getAsLong();
		if (now - this.periodStart >= PERIOD.toNanos()) {
			leftOut = Math.max(0, this.lines - LINES);
			this.periodStart = now;
			this.lines = 0;
		}
		return (++this.lines <= LINES) ? leftOut : -1;
	}

}
