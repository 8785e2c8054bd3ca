package io.github.oauth2state.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Finds sessions by the names that a provider has for them, such as its own session or
 * the user. A name has any number of sessions, and remembers the logouts that it was
 * named in.
 * <p>
 * A session is added after it has been saved. So either a logout finds it here, or the
 * session finds the logout here. Times are those of one clock, the provider's, in whole
 * seconds. Thread-safe.
 * <p>
 * All methods throw a {@link StateStoreException} if the store does not answer.
 */
public interface SessionIndex {

	/**
	 * How long the value of a session may be, in bytes.
	 */
	int MAX_VALUE_LENGTH = 4096;

	/**
	 * Adds a session under each of its names, or prolongs it there.
	 * @param names the names
	 * @param session the session
	 * @param ttl how long to keep it unless it is added again
	 * @return whether the session may live on: {@code false} if there was a logout of one
	 * of the names at the time when the session began, or later
	 */
	boolean add(Collection<StateKey> names, IndexedSession session, Duration ttl);

	/**
	 * Returns the sessions of a name.
	 * @param name the name
	 * @return the sessions, in any order
	 */
	List<IndexedSession> find(StateKey name);

	/**
	 * Remembers a logout, and returns the sessions that it ends: those that began at its
	 * time or earlier. They stay in the index until {@link #remove}, so that a logout
	 * that is interrupted can be repeated.
	 * @param name the name that was logged out
	 * @param logout identifies the logout
	 * @param at when it was
	 * @param ttl how long to remember it, and its time
	 * @return the sessions, and whether the logout was remembered already
	 */
	Logout logOut(StateKey name, StateKey logout, Instant at, Duration ttl);

	/**
	 * Removes sessions from names. Sessions that are not there are ignored.
	 * @param names the names
	 * @param ids the ids of the sessions
	 */
	void remove(Collection<StateKey> names, Collection<StateKey> ids);

	/**
	 * A session.
	 *
	 * @param id identifies it in the index; not the id that its cookie has
	 * @param since when it began
	 * @param value what is kept about it, sealed, at most
	 * {@value SessionIndex#MAX_VALUE_LENGTH} bytes
	 */
	@SuppressWarnings("ArrayRecordComponent") // Nobody compares sessions
	record IndexedSession(StateKey id, Instant since, byte[] value) {

		/**
		 * Farther from the epoch than any time of a provider, and near enough for an
		 * {@link Instant}.
		 */
		private static final long MAX_SECONDS = 999_999_999_999_999L;

		/**
		 * Restores a session from what an index keeps, which others may have written.
		 * @param id the bytes of its id
		 * @param since when it began, in seconds since the epoch
		 * @param value what is kept about it
		 * @return the session, or empty if it cannot be one
		 */
		public static Optional<IndexedSession> of(byte[] id, long since, byte[] value) {
			boolean possible = id.length == StateKey.LENGTH && since >= -MAX_SECONDS && since <= MAX_SECONDS
					&& value.length <= MAX_VALUE_LENGTH;
			return possible
					? Optional.of(new IndexedSession(StateKey.fromByteArray(id), Instant.ofEpochSecond(since), value))
					: Optional.empty();
		}

		/**
		 * Checks the length of the value. For implementations, before they write it.
		 * @return the value
		 * @throws StateStoreException if it is longer than
		 * {@link SessionIndex#MAX_VALUE_LENGTH}
		 */
		public byte[] checkedValue() {
			if (this.value.length > MAX_VALUE_LENGTH) {
				throw new StateStoreException(Reason.REJECTED,
						"The value of a session has %d bytes, and an index keeps at most %d"
							.formatted(this.value.length, MAX_VALUE_LENGTH),
						null);
			}
			return this.value;
		}

	}

	/**
	 * What a logout found.
	 *
	 * @param repeated whether the same logout was remembered already
	 * @param sessions the sessions that it ends
	 */
	record Logout(boolean repeated, List<IndexedSession> sessions) {
	}

}
