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
 * The record of the percentage in the store, and what this instance knows of it.
 * <p>
 * The record lives for a day, and an instance that finds one half as old renews it. One
 * that is gone, or older than what was seen before, was lost with the store's data, and
 * an instance that remembers it puts it back: clearing, too, leaves a record.
 * <p>
 * The record's key is no secret, so anybody who can write to the store can write anything
 * there. A record that no instance of the app can have written is replaced by what is
 * known. It is read by {@link StateStore#find} only, which is bounded.
 */
final class StoredPercentage {

	static final Duration TTL = Duration.ofDays(1);

	private static final int ATTEMPTS = 10;

	/**
	 * How often in {@link #PATIENCE} an instance replaces a record by what it knows. If
	 * others bring it back more often, clocks differ, and nobody can tell which is wrong.
	 */
	private static final int REPLACEMENTS = 3;

	/**
	 * The same where the record is an earlier one. Then the instance follows it.
	 */
	private static final int REPLACEMENTS_OF_EARLIER = 5;

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final StateStore store;

	private final StateKey key;

	private final PercentageTags tags;

	private final InstantSource clock;

	private volatile @Nullable PercentageRecord last;

	private int replacements;

	private Instant firstReplacement = Instant.MIN;

	StoredPercentage(StateStore store, String namespace, PercentageTags tags, InstantSource clock) {
		this.store = store;
		this.key = StateKey.of(namespace, "rollout", "percentage");
		this.tags = tags;
		this.clock = clock;
	}

	/**
	 * Returns the last record that was seen or written. Never waits.
	 */
	@Nullable PercentageRecord last() {
		return this.last;
	}

	void set(@Nullable Percentage percentage) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			// putIfAbsent would return the record that is there, however large
			Optional<byte[]> there = this.store.find(this.key);
			PercentageRecord written = later(percentage, this.last,
					there.flatMap(PercentageRecord::parse).orElse(null));
			boolean done = there.isPresent() ? replace(there.get(), written)
					: this.store.putIfAbsent(this.key, written.format(), TTL).isEmpty();
			if (done) {
				this.last = written;
				return;
			}
		}
		throw new StateStoreException(StateStoreException.Reason.REJECTED, "Others set the percentage all the time",
				null);
	}

	/**
	 * Makes a record that replaces others. Clocks of instances differ, and the later
	 * record has to be told from the earlier ones. A time that no clock can have shown
	 * does not count, as no record could ever be later.
	 */
	private PercentageRecord later(@Nullable Percentage percentage, @Nullable PercentageRecord... replaced) {
		Instant now = this.clock.instant();
		Instant written = now;
		for (PercentageRecord earlier : replaced) {
			if (earlier != null && !earlier.isAhead(now) && !written.isAfter(earlier.written())) {
				written = earlier.written().plusMillis(1);
			}
		}
		return new PercentageRecord(percentage, written).taggedBy(this.tags);
	}

	/**
	 * Looks at the record.
	 * @return why the record is ignored, or {@code null} if it is valid or missing
	 */
	@Nullable String refresh() {
		Optional<byte[]> value = this.store.find(this.key);
		if (value.isEmpty()) {
			putBack();
			return null;
		}
		PercentageRecord there = PercentageRecord.parse(value.get()).orElse(null);
		String refusal = refusal(there);
		if (there == null || refusal != null) {
			replaceRefused(value.get(), there);
			return refusal;
		}
		follow(value.get(), there);
		return null;
	}

	private @Nullable String refusal(@Nullable PercentageRecord there) {
		if (there == null) {
			return "the record in the store is not one of a percentage";
		}
		if (!there.isTaggedBy(this.tags)) {
			return "the record in the store was written without the keys that this instance has in "
					+ "oauth2-state.tokens.keys or oauth2-state.cookie.keys. If an operator set it on an instance "
					+ "without these keys, set it again on one that has them";
		}
		if (there.isAhead(this.clock.instant())) {
			return "the record in the store was written more than %d minutes ahead of the clock of this instance"
				.formatted(PercentageRecord.CLOCK_SKEW.toMinutes());
		}
		return there.isOutdated(this.clock.instant()) ? "the record in the store should have expired" : null;
	}

	/**
	 * Replaces a record that does not count. To instances without keys it does, if it is
	 * the later one.
	 */
	private void replaceRefused(byte[] value, @Nullable PercentageRecord refused) {
		PercentageRecord known = this.last;
		if (known != null && mayReplace(REPLACEMENTS)) {
			PercentageRecord again = later(known.percentage(), known, refused);
			if (replace(value, again)) {
				this.last = again;
			}
		}
	}

	private void follow(byte[] value, PercentageRecord there) {
		Instant now = this.clock.instant();
		PercentageRecord known = this.last;
		boolean earlier = known != null && !known.isAhead(now) && known.written().isAfter(there.written());
		if (known != null && earlier && mayReplace(REPLACEMENTS_OF_EARLIER)) {
			// The store went back in time, as from a snapshot or a replica
			replace(value, known);
			return;
		}
		this.last = there;
		boolean old = there.written().plus(TTL.dividedBy(2)).isBefore(now);
		if (there.percentage() != null && (old || !there.isTaggedByFirstKeys(this.tags))) {
			replace(value, later(there.percentage(), there));
		}
	}

	private boolean mayReplace(int times) {
		Instant now = this.clock.instant();
		if (this.firstReplacement.isBefore(now.minus(PATIENCE))) {
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
