package io.github.oauth2state.refresh;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * A store that shows which commands it received, and everything that was ever in it.
 */
final class SpiedStore implements StateStore {

	private static final int MAX_LENGTH = 64 * 1024;

	private final Map<StateKey, Entry> entries = new ConcurrentHashMap<>();

	private final List<String> commands = new CopyOnWriteArrayList<>();

	private final ByteArrayOutputStream everything = new ByteArrayOutputStream();

	volatile boolean fails;

	/**
	 * Whether puts are sent twice, as by a client that waited too long for the first
	 * answer.
	 */
	volatile boolean repeats;

	private int callsLeft = Integer.MAX_VALUE;

	private int callsToFail;

	private int answersToLose;

	/**
	 * Lets some more calls succeed, and no others.
	 */
	synchronized void failsAfter(int calls) {
		this.callsLeft = calls;
	}

	/**
	 * Lets the next call fail.
	 */
	synchronized void failsOnce() {
		this.callsToFail = 1;
	}

	/**
	 * Lets some more values be put, without a word of it.
	 */
	synchronized void losesAnswers(int answers) {
		this.answersToLose = answers;
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		called("putIfAbsent", value);
		byte[] found = swap(key, null, value, ttl);
		if (this.repeats) {
			found = swap(key, null, value, ttl);
		}
		loseAnswer();
		return Optional.ofNullable(found);
	}

	private synchronized void loseAnswer() {
		if (this.answersToLose-- > 0) {
			throw new StateStoreException(StateStoreException.Reason.TIMEOUT, "Done, but not told", null);
		}
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		called("find", new byte[0]);
		return Optional.ofNullable(current(key));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		throw new UnsupportedOperationException("Nothing of a refresh is taken");
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		called("replace", value);
		return Arrays.equals(swap(key, expected, value, ttl), expected);
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		called("remove", new byte[0]);
		synchronized (this.entries) {
			boolean same = Arrays.equals(current(key), expected);
			if (same) {
				this.entries.remove(key);
			}
			return same;
		}
	}

	private byte @Nullable [] swap(StateKey key, byte @Nullable [] expected, byte[] value, Duration ttl) {
		synchronized (this.entries) {
			byte[] current = current(key);
			if (Arrays.equals(current, expected)) {
				put(key, value, ttl);
			}
			return current;
		}
	}

	private byte @Nullable [] current(StateKey key) {
		Entry entry = this.entries.get(key);
		return (entry != null && System.nanoTime() - entry.until() < 0) ? entry.value() : null;
	}

	void put(StateKey key, byte[] value, Duration ttl) {
		this.entries.put(key, new Entry(value, System.nanoTime() + ttl.toNanos()));
	}

	/**
	 * Loses everything, as if all had expired.
	 */
	void forget() {
		this.entries.clear();
	}

	/**
	 * Loses everything but one record.
	 */
	void forgetAllBut(StateKey key) {
		this.entries.keySet().removeIf((other) -> !other.equals(key));
	}

	List<String> takeCommands() {
		List<String> taken = List.copyOf(this.commands);
		this.commands.clear();
		return taken;
	}

	synchronized String everything() {
		return this.everything.toString(StandardCharsets.ISO_8859_1);
	}

	private synchronized void called(String command, byte[] value) {
		if (value.length > MAX_LENGTH) {
			throw new IllegalArgumentException("A store takes 64 KiB");
		}
		this.commands.add(command);
		this.everything.writeBytes(value);
		if (this.fails || this.callsToFail-- > 0 || this.callsLeft-- <= 0) {
			throw new StateStoreException(StateStoreException.Reason.TIMEOUT, "Not now", null);
		}
	}

	@SuppressWarnings("ArrayRecordComponent")
	private record Entry(byte[] value, long until) {
	}

}
