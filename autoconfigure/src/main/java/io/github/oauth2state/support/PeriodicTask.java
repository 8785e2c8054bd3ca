package io.github.oauth2state.support;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * A task that runs again and again while the app runs, on a daemon thread of its own. The
 * interval lies between the end of one run and the start of the next. An exception that
 * the task throws ends the schedule.
 */
public abstract class PeriodicTask implements SmartLifecycle {

	private static final int PAUSE_FACTOR = 3;

	private static final Duration MAX_PAUSE = Duration.ofSeconds(1);

	private final String threadName;

	private final Duration interval;

	private volatile @Nullable ScheduledExecutorService scheduler;

	/**
	 * Creates a task.
	 * @param threadName the name of its thread
	 * @param interval the time between two runs
	 */
	protected PeriodicTask(String threadName, Duration interval) {
		this.threadName = threadName;
		this.interval = interval;
	}

	/**
	 * Runs the task once.
	 */
	protected abstract void run();

	/**
	 * Returns the time between the start of the app and the first run.
	 * @return the interval, unless overridden
	 */
	protected Duration firstDelay() {
		return this.interval;
	}

	/**
	 * Returns a random time within the interval, so that instances that were started
	 * together do not run together.
	 * @return the time
	 */
	protected final Duration randomDelay() {
		return Duration.ofMillis(ThreadLocalRandom.current().nextLong(this.interval.toMillis()));
	}

	/**
	 * Pauses for longer than the last step of a run took, so that requests come first:
	 * the busier the database is, the longer.
	 * @param stepNanos how long the step took
	 */
	protected static void pauseAfter(long stepNanos) {
		try {
			TimeUnit.NANOSECONDS.sleep(Math.min(PAUSE_FACTOR * stepNanos, MAX_PAUSE.toNanos()));
		}
		catch (InterruptedException ex) {
			// The app is stopping
			Thread.currentThread().interrupt();
		}
	}

	@Override
	@SuppressWarnings("FutureReturnValueIgnored")
	public void start() {
		ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(this::thread);
		this.scheduler = started;
		started.scheduleWithFixedDelay(this::run, firstDelay().toMillis(), this.interval.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private Thread thread(Runnable work) {
		Thread thread = new Thread(work, this.threadName);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Ends the schedule: the current run is the last one. The task counts as running
	 * until the app stops.
	 */
	protected final void finish() {
		ScheduledExecutorService running = this.scheduler;
		if (running != null) {
			running.shutdown();
		}
	}

	@Override
	public void stop() {
		stop(Duration.ZERO);
	}

	/**
	 * Stops the task, and interrupts the current run.
	 * @param patience how long to wait for the current run to end
	 */
	protected final void stop(Duration patience) {
		ScheduledExecutorService running = this.scheduler;
		this.scheduler = null;
		if (running == null) {
			return;
		}
		running.shutdownNow();
		try {
			boolean unused = running.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public boolean isRunning() {
		return this.scheduler != null;
	}

}
