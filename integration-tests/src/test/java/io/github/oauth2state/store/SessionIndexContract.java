package io.github.oauth2state.store;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.SessionIndex.IndexedSession;
import io.github.oauth2state.store.SessionIndex.Logout;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every {@link SessionIndex} must do. What it must do when users log out is
 * inherited.
 */
public abstract class SessionIndexContract extends SessionIndexLogoutContract {

	private static final int SESSIONS = 10_000;

	@Test
	void nameWithoutSessionsHasNone() {
		assertThat(index().find(this.sid)).isEmpty();
		assertThat(logOut(this.sid, NOON)).isEqualTo(new Logout(false, List.of()));
	}

	@Test
	void sessionIsFoundAsItWasAdded() {
		IndexedSession session = session(NOON);
		assertThat(index().add(List.of(this.sid), session, MINUTE)).isTrue();
		assertThat(index().find(this.sid)).singleElement().satisfies((found) -> assertSame(found, session));
	}

	@Test
	void everyByteOfAValueIsKept() {
		byte[] value = new byte[SessionIndex.MAX_VALUE_LENGTH];
		for (int i = 0; i < value.length; i++) {
			value[i] = (byte) i;
		}
		for (byte[] each : List.of(value, new byte[0], bytes("::\n"))) {
			IndexedSession session = new IndexedSession(randomKey(), NOON, each);
			index().add(List.of(this.sid), session, MINUTE);
			assertThat(index().find(this.sid)).singleElement().satisfies((found) -> assertSame(found, session));
			index().remove(List.of(this.sid), List.of(session.id()));
		}
	}

	@Test
	void valueThatIsTooLongIsRefused() {
		IndexedSession session = new IndexedSession(randomKey(), NOON, new byte[SessionIndex.MAX_VALUE_LENGTH + 1]);
		assertThatExceptionOfType(StateStoreException.class)
			.isThrownBy(() -> index().add(List.of(this.sid), session, MINUTE))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(Reason.REJECTED));
		assertThat(index().find(this.sid)).isEmpty();
	}

	@Test
	void sessionIsFoundUnderEachOfItsNames() {
		StateKey session = add(NOON, this.sid, this.sub);
		assertThat(find(this.sid)).containsExactly(session);
		assertThat(find(this.sub)).containsExactly(session);
		assertThat(find(randomKey())).isEmpty();
	}

	@Test
	void nameGivenTwiceCountsOnce() {
		StateKey session = add(NOON, this.sid, this.sid);
		assertThat(find(this.sid)).containsExactly(session);
		index().remove(List.of(this.sid, this.sid), List.of(session, session));
		assertThat(find(this.sid)).isEmpty();
	}

	@Test
	void sessionWithoutNamesMayLive() {
		assertThat(index().add(List.of(), session(NOON), MINUTE)).isTrue();
		index().remove(List.of(), List.of(randomKey()));
		index().remove(List.of(this.sid), List.of());
	}

	@Test
	void nameHasSeveralSessions() {
		StateKey first = add(NOON, this.sub);
		StateKey second = add(NOON, this.sub);
		StateKey later = add(NOON.plusSeconds(9), this.sub);
		assertThat(find(this.sub)).containsExactlyInAnyOrder(first, second, later);
	}

	/**
	 * Half of the bytes are negative in Java, and databases might compare them so.
	 */
	@Test
	void idsAndNamesOfAllBytesAreFound() {
		for (int i = 0; i < 256; i++) {
			StateKey name = filled(i);
			StateKey neighbor = filled(i ^ 0x80);
			Set<StateKey> sessions = new HashSet<>();
			for (int id : new int[] { 0, 1, 0x7f, 0x80, 0xff, i }) {
				StateKey session = filled(id);
				index().add(List.of(name), new IndexedSession(session, NOON, new byte[1]), MINUTE);
				sessions.add(session);
			}
			assertThat(find(name)).hasSameSizeAs(sessions).containsAll(sessions);
			assertThat(ids(logOut(name, NOON))).hasSameSizeAs(sessions).containsAll(sessions);
			assertThat(find(neighbor)).isEmpty();
			index().remove(List.of(name), sessions);
			assertThat(find(name)).isEmpty();
		}
	}

	@Test
	void sessionThatIsAddedAgainLivesOn() {
		IndexedSession session = session(NOON);
		index().add(List.of(this.sid, this.sub), session, SOON);
		assertThat(index().add(List.of(this.sid, this.sub), session, MINUTE)).isTrue();
		StateKey other = addFor(SOON, NOON, this.sid, this.sub);
		awaitExpired(this.sid, other);
		awaitExpired(this.sub, other);
		assertThat(find(this.sid)).containsExactly(session.id());
		assertThat(find(this.sub)).containsExactly(session.id());
	}

	@Test
	void sessionThatIsAddedAgainHasTheLatestValue() {
		StateKey id = randomKey();
		IndexedSession later = new IndexedSession(id, NOON.plusSeconds(9), bytes("later"));
		index().add(List.of(this.sid), new IndexedSession(id, NOON, bytes("earlier")), MINUTE);
		index().add(List.of(this.sid), later, MINUTE);
		assertThat(index().find(this.sid)).singleElement().satisfies((found) -> assertSame(found, later));
	}

	@Test
	void sessionExpires() {
		StateKey stays = add(NOON, this.sid);
		StateKey goes = addFor(SOON, NOON, this.sid);
		assertThat(find(this.sid)).contains(stays);
		awaitExpired(this.sid, goes);
		assertThat(ids(logOut(this.sid, NOON))).containsExactly(stays);
	}

	@Test
	void expiredSessionCanBeAddedAgain() {
		IndexedSession session = session(NOON);
		index().add(List.of(this.sid), session, SOON);
		awaitExpired(this.sid, session.id());
		assertThat(index().add(List.of(this.sid), session, MINUTE)).isTrue();
		assertThat(find(this.sid)).containsExactly(session.id());
	}

	@Test
	void removeLeavesOtherSessionsAndNames() {
		StateKey goes = add(NOON, this.sid, this.sub);
		StateKey stays = add(NOON, this.sid, this.sub);
		index().remove(List.of(this.sid), List.of(goes, randomKey()));
		assertThat(find(this.sid)).containsExactly(stays);
		assertThat(find(this.sub)).containsExactlyInAnyOrder(goes, stays);
		index().remove(List.of(this.sid, this.sub, randomKey()), List.of(goes, stays));
		assertThat(find(this.sid)).isEmpty();
		assertThat(find(this.sub)).isEmpty();
	}

	@Test
	void manySessionsOfOneNameAreFoundAndRemoved() {
		List<StateKey> sessions = IntStream.range(0, SESSIONS).mapToObj((i) -> add(NOON, this.sub)).toList();
		assertThat(new HashSet<>(find(this.sub))).hasSize(SESSIONS).containsAll(sessions);
		assertThat(logOut(this.sub, NOON).sessions()).hasSize(SESSIONS);
		index().remove(List.of(this.sid, this.sub), sessions.subList(1, SESSIONS));
		assertThat(find(this.sub)).containsExactly(sessions.get(0));
	}

	/**
	 * As instances do that prolong the same session at once.
	 */
	@Test
	void sessionIsAddedByManyAtOnce() throws Exception {
		int adders = 8;
		ExecutorService executor = Executors.newFixedThreadPool(adders);
		for (int round = 0; round < Scale.of(50); round++) {
			StateKey name = randomKey();
			StateKey other = randomKey();
			IndexedSession session = session(NOON);
			CyclicBarrier start = new CyclicBarrier(adders);
			List<Future<Boolean>> added = IntStream.range(0, adders)
				.mapToObj((i) -> executor.submit(at(start,
						() -> index().add(((i % 2) == 0) ? List.of(name, other) : List.of(other, name), session,
								MINUTE))))
				.toList();
			for (Future<Boolean> each : added) {
				assertThat(each.get(1, TimeUnit.MINUTES)).isTrue();
			}
			assertThat(find(name)).containsExactly(session.id());
			assertThat(find(other)).containsExactly(session.id());
		}
		executor.shutdownNow();
	}

	private void awaitExpired(StateKey name, StateKey session) {
		Awaitility.await().until(() -> !find(name).contains(session));
	}

	private static StateKey filled(int value) {
		byte[] bytes = new byte[StateKey.LENGTH];
		Arrays.fill(bytes, (byte) value);
		return StateKey.fromByteArray(bytes);
	}

}
