package io.github.oauth2state.actuate;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.config.OAuth2StateSettings;

/**
 * Writes a record of its own to the store and takes it again, as a login does: a store
 * that only answers, such as a replica or one that is full, is of no use to it.
 */
final class StoreProbe {

	/**
	 * What a record whose probe failed stays for, beyond the time that the probe may
	 * take.
	 */
	private static final Duration GRACE = Duration.ofSeconds(10);

	private final StateStore store;

	private final String namespace;

	private final Duration ttl;

	private final InstantSource clock;

	private volatile @Nullable Failure lastFailure;

	StoreProbe(StateStore store, OAuth2StateSettings settings, InstantSource clock) {
		this.store = store;
		this.namespace = settings.namespace();
		this.ttl = settings.timeout().multipliedBy(2).plus(GRACE);
		this.clock = clock;
	}

	Result run() {
		long begun = System.nanoTime();
		boolean successful = true;
		try {
			putAndTake();
		}
		catch (RuntimeException ex) {
			successful = false;
			this.lastFailure = new Failure(describe(ex), this.clock.instant());
		}
		return new Result(successful, Duration.ofNanos(System.nanoTime() - begun), this.lastFailure);
	}

	private void putAndTake() {
		String random = UUID.randomUUID().toString();
		StateKey key = StateKey.of(this.namespace, "health", random);
		byte[] value = random.getBytes(StandardCharsets.US_ASCII);
		this.store.putIfAbsent(key, value, this.ttl);
		Optional<byte[]> taken = this.store.take(key);
		if (taken.isEmpty() || !Arrays.equals(taken.get(), value)) {
			throw new LostRecordException();
		}
	}

	/**
	 * Names the failure. Messages of drivers may contain data.
	 */
	private static String describe(RuntimeException failure) {
		if (failure instanceof StateStoreException known) {
			Throwable cause = known.getCause();
			return known.getReason() + ((cause != null) ? ", " + cause.getClass().getName() : "");
		}
		return failure.getClass().getName();
	}

	/**
	 * What came out of a probe.
	 *
	 * @param successful whether the record came back
	 * @param latency how long it took, or how long it took to fail
	 * @param lastFailure the last failure, which may be that of an earlier probe
	 */
	record Result(boolean successful, Duration latency, @Nullable Failure lastFailure) {
	}

	/**
	 * A probe that failed.
	 *
	 * @param error the reason and the class of what was thrown
	 * @param at when
	 */
	record Failure(String error, Instant at) {
	}

}
