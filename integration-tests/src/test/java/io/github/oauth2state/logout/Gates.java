package io.github.oauth2state.logout;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Points of the app at which a test holds requests.
 */
final class Gates {

	private final Map<String, Gate> gates = new ConcurrentHashMap<>();

	void shut(String name) {
		this.gates.put(name, new Gate());
	}

	void open(String name) {
		this.gates.remove(name).opened.countDown();
	}

	/**
	 * Returns how many requests wait at a gate.
	 */
	int waiting(String name) {
		return this.gates.get(name).waiting.get();
	}

	/**
	 * Waits if the gate is shut.
	 */
	void pass(String name) {
		Gate gate = this.gates.get(name);
		if (gate == null) {
			return;
		}
		gate.waiting.incrementAndGet();
		try {
			gate.opened.await(1, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Waits if the gate is shut, without the thread of the caller.
	 */
	Mono<Void> await(String name) {
		return Mono.<Void>fromRunnable(() -> pass(name)).subscribeOn(Schedulers.boundedElastic());
	}

	private static final class Gate {

		private final CountDownLatch opened = new CountDownLatch(1);

		private final AtomicInteger waiting = new AtomicInteger();

	}

}
