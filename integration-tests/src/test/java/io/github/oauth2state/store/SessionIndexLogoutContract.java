package io.github.oauth2state.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.store.SessionIndex.IndexedSession;
import io.github.oauth2state.store.SessionIndex.Logout;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every {@link SessionIndex} must do when users log out.
 */
abstract class SessionIndexLogoutContract extends SessionIndexFixture {

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
	void removeForgetsNoLogout() {
		StateKey session = add(NOON, this.sid);
		logOut(this.sid, NOON);
		index().remove(List.of(this.sid), List.of(session));
		assertThat(index().add(List.of(this.sid), session(NOON), MINUTE)).isFalse();
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

}
