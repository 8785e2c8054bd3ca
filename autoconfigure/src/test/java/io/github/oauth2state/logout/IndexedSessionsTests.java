package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStoreException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link IndexedSessions}.
 */
class IndexedSessionsTests {

	private static final Duration LIFE = Duration.ofHours(1);

	private static final Instant LATER = Tokens.LOGIN.plusSeconds(60);

	private final FakeIndex index = new FakeIndex();

	private final List<String> deleted = new ArrayList<>();

	private final IndexedSessions sessions = sessions(this.deleted::add);

	private IndexedSessions sessions(Consumer<String> deletion) {
		return new IndexedSessions(this.index, deletion, "app", InstantSource.fixed(LATER));
	}

	@Test
	void tokenEndsTheSessionsOfTheProvidersSession() {
		this.sessions.add("one", Tokens.user("s1", "alice"), LIFE);
		this.sessions.add("two", Tokens.user("s1", "alice"), LIFE);
		this.sessions.add("three", Tokens.user("s2", "alice"), LIFE);
		assertThat(this.sessions.end(Tokens.bySid("s1", LATER, "1"))).isEqualTo(SessionEnder.Result.ofEnded(2));
		assertThat(this.deleted).containsExactlyInAnyOrder("one", "two");
	}

	@Test
	void tokenEndsAllSessionsOfTheUser() {
		this.sessions.add("one", Tokens.user("s1", "alice"), LIFE);
		this.sessions.add("two", Tokens.user(null, "alice"), LIFE);
		this.sessions.add("three", Tokens.user("s3", "bob"), LIFE);
		assertThat(this.sessions.end(Tokens.bySub("alice", LATER, "1")).sessions()).isEqualTo(2);
		assertThat(this.deleted).containsExactlyInAnyOrder("one", "two");
	}

	@Test
	void sessionThatBeganAfterTheTokenWasIssuedLivesOn() {
		this.sessions.add("one", Tokens.user(null, "alice"), LIFE);
		this.sessions.add("two", Tokens.user(null, "alice", LATER.plusSeconds(1), Map.of()), LIFE);
		this.sessions.end(Tokens.bySub("alice", LATER, "1"));
		assertThat(this.deleted).containsExactly("one");
	}

	@Test
	void sessionThatIsAddedAfterTheLogoutIsDeleted() {
		this.sessions.end(Tokens.bySub("alice", LATER, "1"));
		this.sessions.add("late", Tokens.user("s1", "alice"), LIFE);
		this.sessions.add("new", Tokens.user("s2", "alice", LATER.plusSeconds(1), Map.of()), LIFE);
		assertThat(this.deleted).containsExactly("late");
	}

	@Test
	void fractionsOfASecondDoNotCount() {
		this.sessions.add("one", Tokens.user("s1", "alice", LATER.plusMillis(900), Map.of()), LIFE);
		this.sessions.end(Tokens.bySid("s1", LATER.plusMillis(100), "1"));
		assertThat(this.deleted).containsExactly("one");
	}

	@Test
	void tokenThatComesAgainIsReplayed() {
		this.sessions.add("one", Tokens.user("s1", "alice"), LIFE);
		this.sessions.end(Tokens.bySid("s1", LATER, "1"));
		assertThat(this.sessions.end(Tokens.bySid("s1", LATER, "1")).outcome()).isEqualTo(LogoutOutcome.REPLAYED);
		assertThat(this.sessions.end(Tokens.bySid("s1", LATER, "2")).outcome()).isEqualTo(LogoutOutcome.UNKNOWN);
	}

	@Test
	void tokenWhoseHandlingFailedCompletesWhenItComesAgain() {
		this.sessions.add("one", Tokens.user("s1", "alice"), LIFE);
		IndexedSessions failing = sessions((id) -> {
			throw new IllegalStateException("no connection");
		});
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> failing.end(Tokens.bySid("s1", LATER, "1")));
		assertThat(this.sessions.end(Tokens.bySid("s1", LATER, "1")).outcome()).isEqualTo(LogoutOutcome.ENDED);
		assertThat(this.deleted).containsExactly("one");
	}

	@Test
	void sessionThatCannotBeDeletedDoesNotKeepTheOthersAlive() {
		List<String> all = List.of("one", "two", "three", "four");
		all.forEach((id) -> this.sessions.add(id, Tokens.user("s1", "alice"), LIFE));
		IndexedSessions failing = sessions((id) -> {
			if (id.equals("two")) {
				throw new IllegalStateException("cannot be read");
			}
			this.deleted.add(id);
		});
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> failing.end(Tokens.bySid("s1", LATER, "1")));
		assertThat(this.deleted).containsExactlyInAnyOrder("one", "three", "four");
		assertThat(this.sessions.end(Tokens.bySid("s1", LATER, "1")).sessions()).isEqualTo(1);
		assertThat(this.deleted).containsExactlyInAnyOrderElementsOf(all);
	}

	@Test
	void sessionThatWasRemovedIsNotDeleted() {
		OidcUser alice = Tokens.user("s1", "alice");
		this.sessions.add("one", alice, LIFE);
		this.sessions.remove("one", alice);
		assertThat(this.sessions.end(Tokens.bySub("alice", LATER, "1")).outcome()).isEqualTo(LogoutOutcome.UNKNOWN);
	}

	@Test
	void entryThatSomebodyAlteredIsRemovedAndEndsNothing() {
		this.sessions.add("one", Tokens.user("s1", "alice"), LIFE);
		this.index.sessions.values().iterator().next().values().forEach((session) -> session.value()[20] ^= 1);
		this.sessions.end(Tokens.bySid("s1", LATER, "1"));
		assertThat(this.deleted).isEmpty();
	}

	@Test
	void operatorEndsAllSessionsOfAUserAndBlocksNoLogin() {
		this.sessions.add("one", Tokens.user("s1", "alice"), LIFE);
		SessionName alice = SessionName.ofSubject("app", Tokens.ISSUER, "app", "alice");
		assertThat(this.sessions.end(alice, LATER).sessions()).isEqualTo(1);
		this.sessions.add("two", Tokens.user("s2", "alice"), LIFE);
		assertThat(this.deleted).containsExactly("one");
	}

	@Test
	void otherSessionsOfTheSameLoginEndWithoutTheOwn() {
		this.sessions.add("own", Tokens.user("s1", "alice"), LIFE);
		this.sessions.add("other", Tokens.user("s1", "alice"), LIFE);
		this.sessions.add("elsewhere", Tokens.user("s2", "alice"), LIFE);
		assertThat(this.sessions.endOthers(Tokens.user("s1", "alice"), Tokens.LOGIN, "own").sessions()).isEqualTo(1);
		assertThat(this.deleted).containsExactly("other");
	}

	@Test
	void userWithoutAnIssuerIsLeftAlone() {
		OidcUser unnamed = Tokens.user("s1", "alice", Tokens.LOGIN, Map.of("aud", List.of()));
		this.sessions.add("one", unnamed, LIFE);
		this.sessions.remove("one", unnamed);
		assertThat(this.sessions.endOthers(unnamed, Tokens.LOGIN, null).sessions()).isZero();
		assertThat(this.index.sessions).isEmpty();
	}

	@Test
	void logoutIsRememberedForAsLongAsItsTokenMayComeAgainWithinLimits() {
		this.sessions.end(Tokens.bySid("s1", LATER, "1"));
		this.sessions.end(Tokens.token(Map.of("sid", "s1", "exp", LATER.plusSeconds(5)), LATER, "2"));
		this.sessions.end(Tokens.token(Map.of("sid", "s1", "exp", LATER.plusSeconds(3600)), LATER, "3"));
		this.sessions.end(Tokens.token(Map.of("sid", "s1", "exp", LATER.plusSeconds(999_999)), LATER, "4"));
		assertThat(this.index.ttls).containsExactly(Duration.ofHours(1), Duration.ofMinutes(10), Duration.ofMinutes(61),
				Duration.ofDays(1));
	}

	@Test
	void storeThatFailsIsTold() {
		this.index.failing = true;
		assertThatExceptionOfType(StateStoreException.class)
			.isThrownBy(() -> this.sessions.end(Tokens.bySid("s1", LATER, "1")));
	}

}
