package io.github.oauth2state.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.store.SessionIndex.IndexedSession;
import io.github.oauth2state.store.SessionIndex.Logout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@link SessionIndex} to test, two names, and sessions to have under them.
 */
@Timeout(300)
abstract class SessionIndexFixture {

	protected static final Duration MINUTE = Duration.ofMinutes(1);

	static final Duration SOON = Duration.ofMillis(100);

	protected static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

	final StateKey sid = randomKey();

	final StateKey sub = randomKey();

	/**
	 * Returns the index to test.
	 * @return the same index throughout a test
	 */
	protected abstract SessionIndex index();

	static <T> Callable<T> at(CyclicBarrier start, Callable<T> work) {
		return () -> {
			start.await(1, TimeUnit.MINUTES);
			return work.call();
		};
	}

	protected final StateKey add(Instant since, StateKey... names) {
		return addFor(MINUTE, since, names);
	}

	protected final StateKey addFor(Duration ttl, Instant since, StateKey... names) {
		IndexedSession session = session(since);
		assertThat(index().add(List.of(names), session, ttl)).isTrue();
		return session.id();
	}

	protected final Logout logOut(StateKey name, Instant at) {
		return index().logOut(name, randomKey(), at, MINUTE);
	}

	protected final List<StateKey> find(StateKey name) {
		return index().find(name).stream().map(IndexedSession::id).toList();
	}

	protected static List<StateKey> ids(Logout logout) {
		return logout.sessions().stream().map(IndexedSession::id).toList();
	}

	protected static IndexedSession session(Instant since) {
		return new IndexedSession(randomKey(), since, bytes("value of a session"));
	}

	static void assertSame(IndexedSession found, IndexedSession expected) {
		assertThat(found.id()).isEqualTo(expected.id());
		assertThat(found.since()).isEqualTo(expected.since());
		assertThat(found.value()).isEqualTo(expected.value());
	}

	protected static StateKey randomKey() {
		return StateKey.of("app", "test", UUID.randomUUID().toString());
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
