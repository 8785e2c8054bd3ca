package io.github.oauth2state.authorizationserver;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * A store that shows which commands it received and everything that was ever in it, and
 * that fails on demand.
 */
final class CodeStore implements StateStore {

	private final Map<StateKey, byte[]> records = new LinkedHashMap<>();

	private final Map<StateKey, Duration> lives = new LinkedHashMap<>();

	private final List<String> commands = new CopyOnWriteArrayList<>();

	private final ByteArrayOutputStream everything = new ByteArrayOutputStream();

	/** Thrown instead of a command. */
	volatile @Nullable RuntimeException failure;

	/** Thrown once, after a command took effect. */
	volatile @Nullable RuntimeException lostAnswer;

	/** Thrown after a put took effect, and instead of every command from then on. */
	volatile @Nullable RuntimeException failureAfter;

	/** Thrown once instead of a put, which is delivered later. */
	volatile @Nullable RuntimeException late;

	private @Nullable Runnable undelivered;

	/** Whether writes are sent twice, as by a client that reconnects. */
	boolean repeats;

	@Override
	public synchronized Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		called("putIfAbsent", value);
		RuntimeException stuck = this.late;
		if (stuck != null) {
			this.late = null;
			this.undelivered = () -> put(key, value, ttl);
			throw stuck;
		}
		byte[] there = this.records.get(key);
		if (there == null) {
			put(key, value, ttl);
			there = this.repeats ? value : null;
		}
		loseAnswer();
		return Optional.ofNullable(there);
	}

	@Override
	public synchronized Optional<byte[]> find(StateKey key) {
		called("find", new byte[0]);
		return Optional.ofNullable(this.records.get(key));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		throw new UnsupportedOperationException("No code is taken");
	}

	@Override
	public synchronized boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		called("replace", value);
		boolean same = Arrays.equals(this.records.get(key), expected);
		if (same) {
			put(key, value, ttl);
		}
		loseAnswer();
		return same && !this.repeats;
	}

	@Override
	public synchronized boolean remove(StateKey key, byte[] expected) {
		called("remove", new byte[0]);
		boolean same = Arrays.equals(this.records.get(key), expected);
		if (same) {
			this.records.remove(key);
		}
		return same;
	}

	private void called(String command, byte[] value) {
		this.commands.add(command);
		this.everything.writeBytes(value);
		if (this.failure != null) {
			throw this.failure;
		}
		StateStore.checkLength(command, value);
	}

	synchronized void deliver() {
		this.undelivered.run();
	}

	private void loseAnswer() {
		if (this.failureAfter != null) {
			this.failure = this.failureAfter;
			throw this.failureAfter;
		}
		RuntimeException lost = this.lostAnswer;
		this.lostAnswer = null;
		if (lost != null) {
			throw lost;
		}
	}

	void put(StateKey key, byte[] value, Duration ttl) {
		this.records.put(key, value);
		this.lives.put(key, ttl);
	}

	Map<StateKey, byte[]> records() {
		return this.records;
	}

	/**
	 * Returns how long each record lives, in the order in which they were first written.
	 */
	List<Duration> lives() {
		return List.copyOf(this.lives.values());
	}

	List<String> takeCommands() {
		List<String> taken = List.copyOf(this.commands);
		this.commands.clear();
		return taken;
	}

	String everything() {
		return this.everything.toString(StandardCharsets.ISO_8859_1);
	}

}
