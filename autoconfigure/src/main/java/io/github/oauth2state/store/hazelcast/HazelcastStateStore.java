package io.github.oauth2state.store.hazelcast;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import javax.cache.expiry.ExpiryPolicy;
import javax.cache.expiry.ModifiedExpiryPolicy;

import com.hazelcast.cache.ICache;
import com.hazelcast.core.OperationTimeoutException;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * A {@link StateStore} in a cache of a Hazelcast cluster, which expires the records by
 * the clock of the member that owns them. Each call is one operation on one entry, or two
 * for a put that finds a record. All of them are Hazelcast's own, so that no member needs
 * classes of this library.
 * <p>
 * A cache rather than a map: a map keeps times to live in whole seconds, and it cannot
 * replace a value and its time to live in one step.
 */
final class HazelcastStateStore implements StateStore {

	private static final int PUT_ATTEMPTS = 10;

	private final ICache<byte[], byte[]> cache;

	private final Duration timeout;

	/**
	 * Creates an instance.
	 * @param cache where records are kept, which compares values by their bytes
	 * @param timeout how long a call may take
	 */
	HazelcastStateStore(ICache<byte[], byte[]> cache, Duration timeout) {
		this.cache = cache;
		this.timeout = timeout;
	}

	@Override
	public String name() {
		return "hazelcast";
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		StateStore.checkLength("putIfAbsent", value);
		Call call = new Call("putIfAbsent");
		for (int attempt = 0; attempt < PUT_ATTEMPTS; attempt++) {
			if (call.isTrue(() -> this.cache.putIfAbsentAsync(key.toByteArray(), value, expiry(ttl)))) {
				return Optional.empty();
			}
			byte[] there = call.answer(() -> this.cache.getAsync(key.toByteArray()));
			if (there != null) {
				return Optional.of(there);
			}
		}
		throw new StateStoreException(Reason.REJECTED, "Hazelcast putIfAbsent failed: the record kept changing", null);
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return Optional.ofNullable(new Call("find").answer(() -> this.cache.getAsync(key.toByteArray())));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		return Optional.ofNullable(new Call("take").answer(() -> this.cache.getAndRemoveAsync(key.toByteArray())));
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		StateStore.checkLength("replace", value);
		return new Call("replace")
			.isTrue(() -> this.cache.replaceAsync(key.toByteArray(), expected, value, expiry(ttl)));
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return new Call("remove").isTrue(() -> this.cache.removeAsync(key.toByteArray(), expected));
	}

	/**
	 * Hazelcast's own policy cannot leave the life of a record alone that is only read or
	 * compared.
	 */
	private static ExpiryPolicy expiry(Duration ttl) {
		return new ModifiedExpiryPolicy(
				new javax.cache.expiry.Duration(TimeUnit.MILLISECONDS, Math.max(1, ttl.toMillis())));
	}

	@Override
	public String toString() {
		return "hazelcast, cache " + this.cache.getName();
	}

	/**
	 * A call with one deadline for all of its operations. Hazelcast itself would go on
	 * trying for a minute.
	 */
	private final class Call {

		private final String verb;

		private final long deadline = System.nanoTime() + HazelcastStateStore.this.timeout.toNanos();

		Call(String verb) {
			this.verb = verb;
		}

		boolean isTrue(Supplier<CompletionStage<Boolean>> operation) {
			return Boolean.TRUE.equals(answer(operation));
		}

		<T> @Nullable T answer(Supplier<CompletionStage<T>> operation) {
			try {
				return start(operation).toCompletableFuture()
					.get(this.deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
			}
			catch (ExecutionException ex) {
				throw failure(reason(ex.getCause()), ex.getCause());
			}
			catch (TimeoutException ex) {
				throw failure(Reason.TIMEOUT, ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw failure(Reason.AMBIGUOUS, ex);
			}
		}

		private <T> CompletionStage<T> start(Supplier<CompletionStage<T>> operation) {
			try {
				return operation.get();
			}
			catch (RuntimeException ex) {
				throw failure(Reason.CONNECTION, ex);
			}
		}

		/**
		 * A cluster that is too small refuses operations before they do anything. What
		 * else may have happened before a failure, nobody knows.
		 */
		private static Reason reason(@Nullable Throwable cause) {
			if (cause instanceof SplitBrainProtectionException) {
				return Reason.CONNECTION;
			}
			return (cause instanceof OperationTimeoutException) ? Reason.TIMEOUT : Reason.AMBIGUOUS;
		}

		private StateStoreException failure(Reason reason, @Nullable Throwable cause) {
			return new StateStoreException(reason, switch (reason) {
				case CONNECTION -> "Hazelcast does not serve " + this.verb;
				case TIMEOUT -> "Hazelcast did not answer " + this.verb + " in time";
				default -> "Hazelcast failed during " + this.verb;
			}, cause);
		}

	}

}
