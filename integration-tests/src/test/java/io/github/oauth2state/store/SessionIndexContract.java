package io.github.oauth2state.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.SessionIndex.IndexedSession;
import io.github.oauth2state.store.SessionIndex.Logout;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every {@link SessionIndex} must do.
 */
@Timeout(300)
public abstract class SessionIndexContract {

	protected static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Duration SOON = Duration.ofMillis(100);

	protected static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

	private static final int SESSIONS = 10_000;

	private final StateKey sid = randomKey();

	private final StateKey sub = randomKey();

	/**
	 * Returns the index to test.
	 * @return the same index throughout a test
	 */
	protected abstract SessionIndex index();

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
	void logoutReturnsSessionsThatBeganByThen() {
		StateKey before = add(NOON.minusSeconds(1), this.sid);
		StateKey at = add(NOON, this.sid);
		add(NOON.plusSeconds(1), this.sid);
		Logout logout = logOut(this.sid, NOON);
		assertThat(logout.repeated()).isFalse();
		assertThat(ids(logout)).containsExactlyInAnyOrder(before, at);
	}

	@Test
	void logoutOfAnotherNameDoesNotConcernASession() {
		StateKey session = add(NOON, this.sid);
		assertThat(logOut(this.sub, NOON).sessions()).isEmpty();
		assertThat(index().add(List.of(this.sid), session(NOON), MINUTE)).isTrue();
		assertThat(find(this.sid)).hasSize(2).contains(session);
	}

	@Test
	void sessionThatBeganByTheTimeOfALogoutIsRefused() {
		logOut(this.sid, NOON);
		assertThat(index().add(List.of(this.sid), session(NOON.minusSeconds(1)), MINUTE)).isFalse();
		assertThat(index().add(List.of(this.sid), session(NOON), MINUTE)).isFalse();
		assertThat(find(this.sid)).isEmpty();
		assertThat(index().add(List.of(this.sid), session(NOON.plusSeconds(1)), MINUTE)).isTrue();
		assertThat(find(this.sid)).hasSize(1);
	}

	@Test
	void fractionsOfASecondDoNotCount() {
		logOut(this.sid, NOON);
		assertThat(index().add(List.of(this.sid), session(NOON.plusMillis(999)), MINUTE)).isFalse();
		StateKey session = add(NOON.plusMillis(999), this.sub);
		assertThat(ids(logOut(this.sub, NOON.plusMillis(1)))).containsExactly(session);
	}

	@Test
	void timesBeforeTheEpochAreCompared() {
		logOut(this.sid, Instant.ofEpochSecond(-1));
		assertThat(index().add(List.of(this.sid), session(Instant.ofEpochSecond(-1)), MINUTE)).isFalse();
		IndexedSession session = session(Instant.EPOCH);
		assertThat(index().add(List.of(this.sid), session, MINUTE)).isTrue();
		assertThat(index().find(this.sid)).singleElement().satisfies((found) -> assertSame(found, session));
		assertThat(logOut(this.sid, Instant.ofEpochSecond(-1)).sessions()).isEmpty();
	}

	@Test
	void sessionThatOneNameRefusesIsUnderNone() {
		logOut(this.sub, NOON);
		assertThat(index().add(List.of(this.sid, this.sub), session(NOON), MINUTE)).isFalse();
		assertThat(index().add(List.of(this.sub, this.sid), session(NOON), MINUTE)).isFalse();
		assertThat(find(this.sid)).isEmpty();
		assertThat(find(this.sub)).isEmpty();
	}

	@Test
	void sessionIsNotProlongedAfterALogout() {
		IndexedSession session = session(NOON);
		index().add(List.of(this.sid, this.sub), session, MINUTE);
		logOut(this.sid, NOON);
		assertThat(index().add(List.of(this.sid, this.sub), session, MINUTE)).isFalse();
		assertThat(find(this.sid)).isEmpty();
		assertThat(find(this.sub)).isEmpty();
	}

	@Test
	void sessionsStayUntilTheyAreRemovedSoThatALogoutCanBeRepeated() {
		StateKey logout = randomKey();
		StateKey first = add(NOON, this.sid);
		StateKey second = add(NOON, this.sid);
		assertThat(ids(index().logOut(this.sid, logout, NOON, MINUTE))).containsExactlyInAnyOrder(first, second);
		index().remove(List.of(this.sid), List.of(first));
		Logout again = index().logOut(this.sid, logout, NOON, MINUTE);
		assertThat(again.repeated()).isTrue();
		assertThat(ids(again)).containsExactly(second);
		index().remove(List.of(this.sid), List.of(second));
		assertThat(index().logOut(this.sid, logout, NOON, MINUTE)).isEqualTo(new Logout(true, List.of()));
	}

	@Test
	void otherLogoutIsNoRepetition() {
		StateKey logout = randomKey();
		index().logOut(this.sid, logout, NOON, MINUTE);
		assertThat(logOut(this.sid, NOON).repeated()).isFalse();
		assertThat(index().logOut(this.sub, logout, NOON, MINUTE).repeated()).isFalse();
	}

	@Test
	void earlierLogoutDoesNotUndoALaterOne() {
		logOut(this.sid, NOON);
		logOut(this.sid, NOON.minusSeconds(100));
		assertThat(index().add(List.of(this.sid), session(NOON), MINUTE)).isFalse();
	}

	@Test
	void logoutIsForgottenInTime() {
		StateKey logout = randomKey();
		index().logOut(this.sid, logout, NOON, SOON);
		Awaitility.await().until(() -> index().add(List.of(this.sid), session(NOON), MINUTE));
		assertThat(index().logOut(this.sid, logout, NOON, MINUTE).repeated()).isFalse();
		assertThat(index().logOut(this.sid, logout, NOON, MINUTE).repeated()).isTrue();
		assertThat(index().add(List.of(this.sid), session(NOON), MINUTE)).isFalse();
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
	void removeForgetsNoLogout() {
		StateKey session = add(NOON, this.sid);
		logOut(this.sid, NOON);
		index().remove(List.of(this.sid), List.of(session));
		assertThat(index().add(List.of(this.sid), session(NOON), MINUTE)).isFalse();
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
	 * Neither would be a session that survives its logout.
	 */
	@Test
	void addOrLogoutSeesTheOther() throws Exception {
		int adders = 3;
		ExecutorService executor = Executors.newFixedThreadPool(adders + 1);
		int refused = 0;
		int returned = 0;
		int rounds = Scale.of(300);
		for (int round = 0; round < rounds; round++) {
			StateKey name = randomKey();
			CyclicBarrier start = new CyclicBarrier(adders + 1);
			List<Future<StateKey>> added = new ArrayList<>();
			for (int i = 0; i < adders; i++) {
				added.add(executor.submit(at(start, () -> {
					IndexedSession session = session(NOON);
					return index().add(List.of(randomKey(), name), session, MINUTE) ? session.id() : null;
				})));
			}
			Future<Collection<StateKey>> ended = executor.submit(at(start, () -> ids(logOut(name, NOON))));
			Collection<StateKey> found = ended.get(1, TimeUnit.MINUTES);
			for (Future<StateKey> each : added) {
				StateKey alive = each.get(1, TimeUnit.MINUTES);
				if (alive == null) {
					refused++;
				}
				else {
					assertThat(found).contains(alive);
					returned++;
				}
			}
		}
		executor.shutdownNow();
		System.out
			.println(getClass().getSimpleName() + ": " + refused + " sessions refused, " + returned + " returned");
		assertThat(refused + returned).isEqualTo(adders * rounds);
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

	@Test
	void ofTheSameLogoutByManyAtOnceOneIsTheFirst() throws Exception {
		int callers = 8;
		ExecutorService executor = Executors.newFixedThreadPool(callers);
		for (int round = 0; round < Scale.of(50); round++) {
			StateKey name = randomKey();
			StateKey logout = randomKey();
			CyclicBarrier start = new CyclicBarrier(callers);
			List<Future<Logout>> logouts = IntStream.range(0, callers)
				.mapToObj((i) -> executor.submit(at(start, () -> index().logOut(name, logout, NOON, MINUTE))))
				.toList();
			int first = 0;
			for (Future<Logout> each : logouts) {
				first += each.get(1, TimeUnit.MINUTES).repeated() ? 0 : 1;
			}
			assertThat(first).isEqualTo(1);
		}
		executor.shutdownNow();
	}

	private static <T> Callable<T> at(CyclicBarrier start, Callable<T> work) {
		return () -> {
			start.await(1, TimeUnit.MINUTES);
			return work.call();
		};
	}

	private void awaitExpired(StateKey name, StateKey session) {
		Awaitility.await().until(() -> !find(name).contains(session));
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

	private static void assertSame(IndexedSession found, IndexedSession expected) {
		assertThat(found.id()).isEqualTo(expected.id());
		assertThat(found.since()).isEqualTo(expected.since());
		assertThat(found.value()).isEqualTo(expected.value());
	}

	protected static StateKey randomKey() {
		return StateKey.of("app", "test", UUID.randomUUID().toString());
	}

	private static StateKey filled(int value) {
		byte[] bytes = new byte[StateKey.LENGTH];
		Arrays.fill(bytes, (byte) value);
		return StateKey.fromByteArray(bytes);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
