package io.github.oauth2state.rollout;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * Reads and writes the record of the percentage in the store, and remembers the last one.
 * <p>
 * The record lives for a day, and an instance renews it after half of that. If the record
 * is missing, or older than the last one, the store lost data, and an instance puts back
 * the one it remembers. Clearing the percentage leaves a record too, so that a lost
 * record is not mistaken for a cleared one.
 * <p>
 * The record's key is not secret, so any program that can write to the store can write a
 * record. A record that no instance of the app can have written is replaced by the one
 * that is remembered. Only {@link StateStore#find} reads it, as that bounds its size.
 */
final class PercentageRepository {

	static final Duration TTL = Duration.ofDays(1);

	private static final int ATTEMPTS = 10;

	/**
	 * How often within {@link #REPLACEMENT_PERIOD} an instance replaces a refused record.
	 * If it comes back more often, the clocks of instances differ, and none of them can
	 * tell which clock is wrong.
	 */
	private static final int MAX_REPLACEMENTS = 3;

	/**
	 * The same for a record that is earlier than the last one. Beyond the limit, the
	 * instance follows the earlier record.
	 */
	private static final int MAX_REPLACEMENTS_OF_EARLIER = 5;

	private static final Duration REPLACEMENT_PERIOD = Duration.ofMinutes(1);

	private final StateStore store;

	private final StateKey key;

	private final PercentageSigner signer;

	private final InstantSource clock;

	private volatile @Nullable PercentageRecord last;

	private int replacements;

	private Instant firstReplacement = Instant.MIN;

	PercentageRepository(StateStore store, String namespace, PercentageSigner signer, InstantSource clock) {
		this.store = store;
		this.key = StateKey.of(namespace, "rollout", "percentage");
		this.signer = signer;
		this.clock = clock;
	}

	/**
	 * Returns the last record that was read or written. Never waits.
	 */
	@Nullable PercentageRecord last() {
		return this.last;
	}

	/**
	 * Writes a percentage.
	 * @param percentage the percentage, or {@code null} to clear it
	 */
	void set(@Nullable Percentage percentage) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			// putIfAbsent would return the existing record, however large
			Optional<byte[]> existing = this.store.find(this.key);
			PercentageRecord written = later(percentage, this.last,
					existing.flatMap(PercentageRecord::parse).orElse(null));
			boolean done = existing.isPresent() ? replace(existing.get(), written)
					: this.store.putIfAbsent(this.key, written.format(), TTL).isEmpty();
			if (done) {
				this.last = written;
				return;
			}
		}
		throw new StateStoreException(StateStoreException.Reason.REJECTED,
				"Other instances kept changing the percentage", null);
	}

	/**
	 * Creates a record that replaces others. As clocks of instances differ, it is given a
	 * later time than the replaced records. A time that is in the future by every clock
	 * is ignored, as no record could be later.
	 */
	private PercentageRecord later(@Nullable Percentage percentage, @Nullable PercentageRecord... replaced) {
		Instant now = this.clock.instant();
		Instant written = now;
		for (PercentageRecord earlier : replaced) {
			if (earlier != null && !earlier.isFromTheFuture(now) && !written.isAfter(earlier.written())) {
				written = earlier.written().plusMillis(1);
			}
		}
		return new PercentageRecord(percentage, written).signedBy(this.signer);
	}

	/**
	 * Reads the record, and repairs it if necessary.
	 * @return why the record is refused, or {@code null} if it is valid or missing
	 */
	@Nullable String refresh() {
		Optional<byte[]> value = this.store.find(this.key);
		if (value.isEmpty()) {
			putBack();
			return null;
		}
		PercentageRecord existing = PercentageRecord.parse(value.get()).orElse(null);
		String refusal = refusal(existing);
		if (existing == null || refusal != null) {
			replaceRefused(value.get(), existing);
			return refusal;
		}
		follow(value.get(), existing);
		return null;
	}

	private @Nullable String refusal(@Nullable PercentageRecord existing) {
		if (existing == null) {
			return "the record in the store is not a percentage";
		}
		if (!existing.isAcceptedBy(this.signer)) {
			return "the record in the store was written without the keys that this instance has in "
					+ "oauth2-state.tokens.keys or oauth2-state.cookie.keys. If an operator set it on an instance "
					+ "without these keys, set it again on one that has them";
		}
		if (existing.isFromTheFuture(this.clock.instant())) {
			return "the record in the store was written more than %d minutes ahead of the clock of this instance"
				.formatted(PercentageRecord.CLOCK_SKEW.toMinutes());
		}
		return existing.isOutdated(this.clock.instant()) ? "the record in the store should have expired" : null;
	}

	/**
	 * Replaces a refused record. Instances without keys may accept the refused one, so
	 * the replacement gets a later time.
	 */
	private void replaceRefused(byte[] value, @Nullable PercentageRecord refused) {
		PercentageRecord known = this.last;
		if (known != null && mayReplace(MAX_REPLACEMENTS)) {
			PercentageRecord replacement = later(known.percentage(), known, refused);
			if (replace(value, replacement)) {
				this.last = replacement;
			}
		}
	}

	private void follow(byte[] value, PercentageRecord existing) {
		Instant now = this.clock.instant();
		PercentageRecord known = this.last;
		boolean earlier = known != null && !known.isFromTheFuture(now) && known.written().isAfter(existing.written());
		if (known != null && earlier && mayReplace(MAX_REPLACEMENTS_OF_EARLIER)) {
			// The store has older data, as from a snapshot or a replica
			replace(value, known);
			return;
		}
		this.last = existing;
		boolean old = existing.written().plus(TTL.dividedBy(2)).isBefore(now);
		if (existing.percentage() != null && (old || !existing.isSignedWithFirstKeysOf(this.signer))) {
			replace(value, later(existing.percentage(), existing));
		}
	}

	private boolean mayReplace(int times) {
		Instant now = this.clock.instant();
		if (this.firstReplacement.isBefore(now.minus(REPLACEMENT_PERIOD))) {
			this.firstReplacement = now;
			this.replacements = 0;
		}
		return ++this.replacements <= times;
	}

	private boolean replace(byte[] value, PercentageRecord record) {
		return this.store.replace(this.key, value, record.format(), TTL);
	}

	private void putBack() {
		PercentageRecord known = this.last;
		if (known == null) {
			return;
		}
		boolean young = known.written().plus(TTL).isAfter(this.clock.instant());
		if (young) {
			this.store.putIfAbsent(this.key, known.format(), TTL);
		}
		else if (known.percentage() != null) {
			this.store.putIfAbsent(this.key, later(known.percentage(), known).format(), TTL);
		}
	}

}
