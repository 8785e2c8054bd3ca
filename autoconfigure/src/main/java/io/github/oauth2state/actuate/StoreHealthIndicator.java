package io.github.oauth2state.actuate;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.actuate.ActuateAutoConfiguration.StoreHealthProperties;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Health of the store. Writes a record of its own and takes it again, as a login does: a
 * store that answers but keeps nothing, such as a replica or a full one, is of no use.
 * <p>
 * By default a failing store does not make the app unhealthy. Users who are signed in
 * notice nothing, and the other instances have the same store, so taking instances out of
 * service would only end what still works.
 */
class StoreHealthIndicator implements HealthIndicator {

	/**
	 * Spring Boot ignores a status that it does not know when it computes the app's.
	 */
	static final Status DEGRADED = new Status("DEGRADED");

	/**
	 * How long a record of a failed probe lives, beyond the time that the probe may take.
	 */
	private static final Duration GRACE = Duration.ofSeconds(10);

	private final StateStore store;

	private final String namespace;

	private final Duration recordTtl;

	private final Status failed;

	private final @Nullable StoreCircuit circuit;

	private final InstantSource clock;

	private final CachedAnswer<Probe> probe;

	private volatile @Nullable Failure lastFailure;

	StoreHealthIndicator(StateStore store, OAuth2StateSettings settings, StoreHealthProperties properties,
			@Nullable StoreCircuit circuit, InstantSource clock) {
		this.store = store;
		this.namespace = settings.namespace();
		this.recordTtl = settings.timeout().multipliedBy(2).plus(GRACE);
		this.failed = properties.downOnFailure() ? Status.DOWN : DEGRADED;
		this.circuit = circuit;
		this.clock = clock;
		this.probe = new CachedAnswer<>(this::probe, properties.checkedCache(), System::nanoTime);
	}

	@Override
	public Health health() {
		Probe result = this.probe.get();
		Health.Builder health = Health.status(result.successful() ? Status.UP : this.failed)
			.withDetail("store", this.store.name())
			.withDetail("latency", millis(result.latency()));
		if (this.circuit != null) {
			health.withDetail("circuit", this.circuit.state().toString());
		}
		Failure failure = result.lastFailure();
		if (failure != null) {
			health.withDetail("lastError", failure.error()).withDetail("lastErrorAt", failure.at());
		}
		return health.build();
	}

	/**
	 * Returns milliseconds with decimals, as a round trip often takes less than one.
	 */
	private static double millis(Duration latency) {
		return TimeUnit.NANOSECONDS.toMicros(latency.toNanos()) / 1000.0;
	}

	private Probe probe() {
		long started = System.nanoTime();
		boolean successful = true;
		try {
			putAndTake();
		}
		catch (RuntimeException ex) {
			successful = false;
			this.lastFailure = new Failure(describe(ex), this.clock.instant());
		}
		return new Probe(successful, Duration.ofNanos(System.nanoTime() - started), this.lastFailure);
	}

	private void putAndTake() {
		String random = UUID.randomUUID().toString();
		StateKey key = StateKey.of(this.namespace, "health", random);
		byte[] value = random.getBytes(StandardCharsets.US_ASCII);
		this.store.putIfAbsent(key, value, this.recordTtl);
		Optional<byte[]> taken = this.store.take(key);
		if (taken.isEmpty() || !Arrays.equals(taken.get(), value)) {
			throw new LostRecordException();
		}
	}

	/**
	 * Names the failure without its message, as messages of drivers may contain data.
	 */
	private static String describe(RuntimeException failure) {
		if (failure instanceof StateStoreException known) {
			Throwable cause = known.getCause();
			return known.getReason() + ((cause != null) ? ", " + cause.getClass().getName() : "");
		}
		return failure.getClass().getName();
	}

	/**
	 * The result of a probe.
	 *
	 * @param successful whether the store returned the record
	 * @param latency how long it took, or how long it took to fail
	 * @param lastFailure the last failure, which may be that of an earlier probe
	 */
	private record Probe(boolean successful, Duration latency, @Nullable Failure lastFailure) {
	}

	/**
	 * A failed probe.
	 *
	 * @param error the reason and the class of the exception
	 * @param at when it failed
	 */
	private record Failure(String error, Instant at) {
	}

	/**
	 * Thrown when the store did not return the record that it accepted. The health
	 * details contain the name of this class.
	 */
	static final class LostRecordException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		LostRecordException() {
			super("The store did not return the record that it accepted");
		}

	}

	/**
	 * Caches an answer for a while. When it is too old, one caller at a time asks for a
	 * new one. Callers that come meanwhile get the old answer until it has twice the
	 * allowed age, and after that wait for the new one. Thread-safe.
	 *
	 * @param <T> the type of the answer
	 */
	static final class CachedAnswer<T> {

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

}
