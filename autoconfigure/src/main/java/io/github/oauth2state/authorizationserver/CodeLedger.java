package io.github.oauth2state.authorizationserver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import javax.crypto.SecretKey;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.record.CborRecord;
import io.github.oauth2state.record.Seal;

/**
 * The records of codes in the store: which ones were used, and where so configured the
 * authorizations that no tokens have been issued for yet. The key of a record is derived
 * from the code, and its value is sealed under the code, so that the store tells neither.
 * Thread-safe.
 */
final class CodeLedger implements AutoCloseable {

	private final StateStore store;

	private final String namespace;

	private final Duration reuseDetection;

	private final ClaimRelease claimRelease;

	/**
	 * Creates a ledger.
	 * @param store the store
	 * @param namespace the namespace of the app
	 * @param reuseDetection how long a rotated refresh token is recognized at most
	 */
	CodeLedger(StateStore store, String namespace, Duration reuseDetection) {
		this.store = store;
		this.namespace = namespace;
		this.reuseDetection = reuseDetection;
		this.claimRelease = new ClaimRelease(store);
	}

	/**
	 * Claims a code for the caller.
	 * @param use the code
	 * @param saved the authorization as it will be saved
	 * @return the claim, or empty if the code is claimed already
	 * @throws StateStoreException if the store did not answer
	 */
	Optional<Claim> claim(CodeUse use, OAuth2Authorization saved) {
		StateKey key = key(use.tokenType(), use.value());
		Duration ttl = use.lifeOfClaim(this.reuseDetection);
		byte[] record = seal(use.tokenType(), use.value(), CodeRecord.used(use, saved));
		Claim claim = new Claim(key, record, use.pending(), ttl);
		try {
			if (claim.pending() == null) {
				byte[] there = this.store.putIfAbsent(key, record, ttl).orElse(null);
				// A client of a store that reconnects sends a command again
				if (there == null || Arrays.equals(there, record)) {
					return Optional.of(claim);
				}
				if (open(use.tokenType(), use.value(), there).filter((other) -> other.usedBy() == null).isEmpty()) {
					return Optional.empty();
				}
				// It is pending in the store, and in the service as well
				claim = new Claim(key, record, there, ttl);
			}
			return replace(claim) ? Optional.of(claim) : Optional.empty();
		}
		catch (RuntimeException ex) {
			if (mayHaveTakenEffect(ex)) {
				// The code would be lost: it is claimed, and nobody gets tokens for it
				this.claimRelease.releaseUncertain(claim);
			}
			throw ex;
		}
	}

	private boolean replace(Claim claim) {
		return this.store.replace(claim.key(), Objects.requireNonNull(claim.pending()), claim.record(), claim.ttl())
				|| this.store.find(claim.key()).filter((there) -> Arrays.equals(there, claim.record())).isPresent();
	}

	private static boolean mayHaveTakenEffect(RuntimeException failure) {
		return !(failure instanceof StateStoreException known) || known.getReason() == Reason.TIMEOUT
				|| known.getReason() == Reason.AMBIGUOUS;
	}

	/**
	 * Gives a code back for which nothing was handed out.
	 * @param claim the claim
	 */
	void release(Claim claim) {
		this.claimRelease.release(claim);
	}

	/**
	 * Keeps something under a code that is not used yet.
	 * @param tokenType the type of the code, as the server asks for it
	 * @param value the code
	 * @param content what to keep, which must not have an entry that is called "used"
	 * @param ttl for how long
	 * @param previous the record that it replaces, or {@code null} for a new record
	 * @return whether it is kept; not if there is another record
	 * @throws StateStoreException if the store did not take it
	 */
	boolean put(String tokenType, String value, Map<String, Object> content, Duration ttl, byte @Nullable [] previous) {
		return write(key(tokenType, value), seal(tokenType, value, content), ttl, previous);
	}

	private boolean write(StateKey key, byte[] record, Duration ttl, byte @Nullable [] previous) {
		if (previous != null) {
			return this.store.replace(key, previous, record, ttl);
		}
		// A store's client that reconnects sends a command again, and finds the record
		return this.store.putIfAbsent(key, record, ttl).map((there) -> Arrays.equals(there, record)).orElse(true);
	}

	/**
	 * Removes what is kept under a code.
	 * @param use the code, with the record
	 * @throws StateStoreException if the store did not answer
	 */
	void remove(CodeUse use) {
		if (use.pending() != null) {
			this.store.remove(key(use.tokenType(), use.value()), use.pending());
		}
	}

	/**
	 * Returns what is kept under a code.
	 * @param tokenType the type of the code, as the server asks for it
	 * @param value the code
	 * @return the entry; a record that cannot be read is as good as none
	 * @throws StateStoreException if the store did not answer
	 */
	Optional<CodeRecord> find(String tokenType, String value) {
		return this.store.find(key(tokenType, value)).flatMap((record) -> open(tokenType, value, record));
	}

	private Optional<CodeRecord> open(String tokenType, String value, byte[] record) {
		return Seal.open(secret(tokenType, value), record)
			.flatMap(CodeLedger::read)
			.map((content) -> new CodeRecord(record, content));
	}

	private static Optional<Map<?, ?>> read(byte[] content) {
		try {
			return Optional.of(CborRecord.read(content));
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private StateKey key(String tokenType, String value) {
		return StateKey.of(this.namespace, "used-" + tokenType, value);
	}

	private byte[] seal(String tokenType, String value, Map<String, Object> content) {
		return Seal.seal(secret(tokenType, value), CborRecord.write(content));
	}

	private SecretKey secret(String tokenType, String value) {
		return Seal.key("used-" + tokenType, this.namespace, "", value.getBytes(StandardCharsets.UTF_8));
	}

	@Override
	public void close() {
		this.claimRelease.close();
	}

	/**
	 * One request's right to use a code.
	 *
	 * @param key where the record is
	 * @param record the record
	 * @param pending the record that was there before, or {@code null} if there was none
	 * @param ttl how long the record lives
	 */
	@SuppressWarnings("ArrayRecordComponent") // nobody compares claims
	record Claim(StateKey key, byte[] record, byte @Nullable [] pending, Duration ttl) {
	}

}
