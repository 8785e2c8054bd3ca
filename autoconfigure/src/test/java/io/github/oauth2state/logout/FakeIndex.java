package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.SessionIndex;

/**
 * An index in maps, which keeps everything and can fail.
 */
final class FakeIndex implements SessionIndex {

	final Map<StateKey, Map<StateKey, IndexedSession>> sessions = new HashMap<>();

	final Map<StateKey, Instant> loggedOut = new HashMap<>();

	final List<Duration> ttls = new ArrayList<>();

	private final Set<StateKey> logouts = new HashSet<>();

	volatile boolean failing;

	private void call() {
		if (this.failing) {
			throw new StateStoreException(Reason.CONNECTION, "Not reached", null);
		}
	}

	@Override
	public synchronized boolean add(Collection<StateKey> names, IndexedSession session, Duration ttl) {
		call();
		this.ttls.add(ttl);
		boolean over = names.stream()
			.anyMatch((name) -> !session.since().isAfter(this.loggedOut.getOrDefault(name, Instant.MIN)));
		if (!over) {
			names.forEach((name) -> this.sessions.computeIfAbsent(name, (key) -> new LinkedHashMap<>())
				.put(session.id(), session));
		}
		return !over;
	}

	@Override
	public synchronized List<IndexedSession> find(StateKey name) {
		call();
		return List.copyOf(this.sessions.getOrDefault(name, Map.of()).values());
	}

	@Override
	public synchronized Logout logOut(StateKey name, StateKey logout, Instant at, Duration ttl) {
		call();
		this.ttls.add(ttl);
		boolean repeated = !this.logouts.add(logout);
		this.loggedOut.merge(name, at, (before, after) -> before.isAfter(after) ? before : after);
		return new Logout(repeated, find(name).stream().filter((session) -> !session.since().isAfter(at)).toList());
	}

	@Override
	public synchronized void remove(Collection<StateKey> names, Collection<StateKey> ids) {
		call();
		names.forEach((name) -> this.sessions.getOrDefault(name, new HashMap<>()).keySet().removeAll(ids));
	}

}
