package io.github.oauth2state.record;

import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * Lends instances of a class such as {@code Cipher}. It takes the JDK longer to find the
 * provider of such a class and to create an instance than to seal a record with it, and
 * an instance must not be used by two threads at once. A thread-local would keep an
 * instance for each thread, and be of no use to virtual threads. Thread-safe.
 *
 * @param <T> the class
 */
final class CryptoEngines<T> {

	/**
	 * A power of two.
	 */
	private static final int MAX_IDLE = 32;

	private final AtomicReferenceArray<@Nullable T> idle = new AtomicReferenceArray<>(MAX_IDLE);

	private final Factory<T> factory;

	CryptoEngines(Factory<T> factory) {
		this.factory = factory;
	}

	/**
	 * Lends an instance. One that fails is not lent again.
	 */
	<R> R use(Operation<T, R> operation) throws GeneralSecurityException {
		int place = (int) Thread.currentThread().getId() & (MAX_IDLE - 1);
		T idle = this.idle.getAndSet(place, null);
		T engine = (idle != null) ? idle : this.factory.create();
		R result = operation.apply(engine);
		this.idle.set(place, engine);
		return result;
	}

	/**
	 * Creates instances.
	 *
	 * @param <T> the class
	 */
	interface Factory<T> {

		T create() throws GeneralSecurityException;

	}

	/**
	 * Uses an instance.
	 *
	 * @param <T> the class
	 * @param <R> the type of the result
	 */
	interface Operation<T, R> {

		R apply(T engine) throws GeneralSecurityException;

	}

}
