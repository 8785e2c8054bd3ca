package io.github.oauth2state.refresh;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;

/**
 * Reads and writes the same entries as {@link StoredRefresh}, without blocking a thread.
 */
final class ReactiveStoredRefresh extends RefreshEntry {

	private final ReactiveStateStore store;

	ReactiveStoredRefresh(RefreshKey key, ReactiveStateStore store, RefreshProperties properties) {
		super(key, properties);
		this.store = store;
	}

	/**
	 * Puts the lease of this request into the store, if the entry is absent. Tries twice
	 * if the store fails, as {@link StoredRefresh#acquireLease}.
	 * @return the record that was found, or an empty one if this request holds the lease
	 * now
	 */
	Mono<Optional<byte[]>> acquireLease() {
		return Mono.defer(() -> {
			noteLeaseStart();
			return putIfAbsent(lease(), leaseTime()).onErrorResume(StateStoreException.class,
					(ex) -> putIfAbsent(lease(), leaseTime()));
		}).map((found) -> found.filter((record) -> !isOwnLease(record)));
	}

	/**
	 * Puts the lease of this request in place of a record.
	 * @return whether the store still had the record
	 */
	Mono<Boolean> acquireLeaseInsteadOf(byte[] found) {
		return this.store.replace(location(), found, lease(), leaseTime());
	}

	/**
	 * Renews the lease of this request.
	 * @return whether this request still held it
	 */
	Mono<Boolean> renewLease() {
		return this.store.replace(location(), lease(), lease(), leaseTime());
	}

	/**
	 * Puts a record in place of the lease of this request.
	 * @return whether this request still held it
	 */
	Mono<Boolean> replaceLease(byte[] record, Duration ttl) {
		return this.store.replace(location(), lease(), record, ttl);
	}

	/**
	 * Removes the lease of this request.
	 * @return whether this request still held it
	 */
	Mono<Boolean> removeLease() {
		return this.store.remove(location(), lease());
	}

	Mono<Optional<byte[]>> find() {
		return this.store.find(location()).map(Optional::of).defaultIfEmpty(Optional.empty());
	}

	/**
	 * Returns the record that was found, or an empty one if this one was put.
	 */
	Mono<Optional<byte[]>> putIfAbsent(byte[] record, Duration ttl) {
		return this.store.putIfAbsent(location(), record, ttl).map(Optional::of).defaultIfEmpty(Optional.empty());
	}

	Mono<Boolean> replace(byte[] found, byte[] record, Duration ttl) {
		return this.store.replace(location(), found, record, ttl);
	}

	Mono<Boolean> remove(byte[] found) {
		return this.store.remove(location(), found);
	}

	/**
	 * Returns the record for a sealed result, after the parts that it names were stored.
	 */
	Mono<byte[]> toRecord(byte[] result) {
		return Mono.defer(() -> {
			Stored stored = toStore(result);
			return Flux.fromIterable(stored.parts().entrySet())
				.concatMap((part) -> this.store.putIfAbsent(part.getKey(), part.getValue(), timeOfParts()))
				.then(Mono.just(stored.record()));
		});
	}

	/**
	 * Reads a record, and the parts that it names.
	 * @param record the record, possibly hostile
	 */
	Mono<RefreshRecord> read(byte[] record) {
		List<StateKey> parts = parts(record);
		if (parts.isEmpty()) {
			return Mono.fromSupplier(() -> open(record));
		}
		return Flux.fromIterable(parts).concatMap(this.store::find).collectList().map((found) -> {
			if (found.size() < parts.size()) {
				return new RefreshRecord.Unreadable();
			}
			ByteArrayOutputStream result = new ByteArrayOutputStream();
			found.forEach(result::writeBytes);
			return open(result.toByteArray());
		});
	}

}
