package io.github.oauth2state.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

import io.github.oauth2state.demo.check.RequestLog.Failure;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Kills one instance every three seconds, in turn, and starts those that it killed again,
 * one after the other. An instance is left alone while no other one is ready.
 */
final class Reaper implements AutoCloseable {

	private static final Duration INTERVAL = Duration.ofSeconds(3);

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

	/**
	 * One at a time: a machine has no more processors when more instances were killed.
	 */
	private final ExecutorService starter = Executors.newSingleThreadExecutor();

	private final Set<Instance> ready = ConcurrentHashMap.newKeySet();

	private final Future<?> killing;

	private final List<Instance> turns;

	private final Queue<Kill> kills = new ConcurrentLinkedQueue<>();

	Reaper(List<Instance> instances) {
		this.turns = new ArrayList<>(instances);
		this.ready.addAll(instances);
		this.killing = this.clock.scheduleAtFixedRate(this::killNext, INTERVAL.toMillis(), INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private void killNext() {
		if (this.ready.size() < 2) {
			return;
		}
		Instance next = this.turns.stream().filter(this.ready::contains).findFirst().orElseThrow();
		this.turns.remove(next);
		this.turns.add(next);
		this.ready.remove(next);
		Instant start = Instant.now();
		next.kill();
		this.kills.add(new Kill(start, Instant.now()));
		this.starter.execute(() -> revive(next));
	}

	private void revive(Instance instance) {
		try {
			instance.start();
			this.ready.add(instance);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	int kills() {
		return this.kills.size();
	}

	/**
	 * Tells whether a request was in flight while an instance was killed.
	 */
	boolean explains(Failure failure) {
		return this.kills.stream()
			.anyMatch((kill) -> !failure.start().isAfter(kill.end()) && !failure.end().isBefore(kill.start()));
	}

	/**
	 * Stops, and leaves instances down that were killed and not started again yet.
	 */
	@Override
	public void close() {
		boolean wentOn = this.killing.cancel(false);
		this.clock.shutdown();
		Awaitility.await().atMost(PATIENCE).until(this.clock::isTerminated);
		this.starter.shutdownNow();
		Awaitility.await().atMost(PATIENCE).until(this.starter::isTerminated);
		if (!wentOn) {
			throw new IllegalStateException("It stopped killing");
		}
	}

	private record Kill(Instant start, Instant end) {
	}

}
