package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * A task that runs again and again while the app runs, on a daemon thread of its own. The
 * interval lies between the end of one run and the start of the next. An exception that
 * the task throws ends the schedule.
 */
abstract class PeriodicTask implements SmartLifecycle {

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
