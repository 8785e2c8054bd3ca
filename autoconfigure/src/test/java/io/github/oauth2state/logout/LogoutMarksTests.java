package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStoreException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LogoutMarks}.
 */
class LogoutMarksTests {

	private static final Instant LATER = Tokens.LOGIN.plusSeconds(60);

	private final FakeStore store = new FakeStore();

	private final LogoutMarks here = marks();

	private final LogoutMarks elsewhere = marks();

	private LogoutMarks marks() {
		return new LogoutMarks(this.store, "app", Duration.ofHours(1));
	}

	@Test
	void everyInstanceFindsTheMarkOfATokenByItsSession() {
		assertThat(this.elsewhere.end(Tokens.bySid("s1", LATER, "1")).outcome()).isEqualTo(LogoutOutcome.MARKED);
		assertThat(this.here.find(Tokens.user("s1", "alice"))).isPresent();
		assertThat(this.here.find(Tokens.user("s2", "alice"))).isEmpty();
	}

	@Test
	void everyInstanceFindsTheMarkOfATokenByItsUser() {
		this.elsewhere.end(Tokens.bySub("alice", LATER, "1"));
		assertThat(this.here.find(Tokens.user("s1", "alice"))).isPresent();
		assertThat(this.here.find(Tokens.user("s1", "bob"))).isEmpty();
	}

	@Test
	void sessionThatBeganAfterTheTokenWasIssuedLivesOn() {
		this.elsewhere.end(Tokens.bySub("alice", LATER, "1"));
		assertThat(this.here.find(Tokens.user("s1", "alice", LATER, Map.of()))).isPresent();
		assertThat(this.here.find(Tokens.user("s1", "alice", LATER.plusSeconds(1), Map.of()))).isEmpty();
	}

	@Test
	void ownMarkNeedsNoCall() {
		this.elsewhere.end(Tokens.bySub("alice", LATER, "1"));
		int calls = this.store.calls.get();
		assertThat(this.elsewhere.findOwn(Tokens.user("s1", "alice"))).isPresent();
		assertThat(this.here.findOwn(Tokens.user("s1", "alice"))).isEmpty();
		assertThat(this.store.calls).hasValue(calls);
	}

	@Test
	void tokenThatComesAgainIsReplayedAtAnyInstance() {
		this.here.end(Tokens.bySub("alice", LATER, "1"));
		this.here.end(Tokens.bySub("alice", LATER, "2"));
		assertThat(this.elsewhere.end(Tokens.bySub("alice", LATER, "1")).outcome()).isEqualTo(LogoutOutcome.REPLAYED);
		assertThat(this.elsewhere.end(Tokens.bySub("alice", LATER, "3")).outcome()).isEqualTo(LogoutOutcome.MARKED);
	}

	@Test
	void earlierTokenThatComesLateDoesNotUndoALaterOne() {
		this.here.end(Tokens.bySub("alice", LATER, "2"));
		this.here.end(Tokens.bySub("alice", Tokens.LOGIN.minusSeconds(60), "1"));
		assertThat(this.elsewhere.find(Tokens.user("s1", "alice"))).isPresent();
		assertThat(this.here.findOwn(Tokens.user("s1", "alice"))).isPresent();
	}

	@Test
	void markTellsWhyTheSessionEnds() {
		this.elsewhere.end(SessionName.ofSubject("app", Tokens.ISSUER, "app", "alice"), LATER);
		this.elsewhere.endOthers(Tokens.user("s1", "bob"), Tokens.LOGIN, null);
		assertThat(this.here.find(Tokens.user("s9", "alice"))).map(LogoutMark::kind).contains(LogoutKind.OPERATOR);
		assertThat(this.here.find(Tokens.user("s1", "bob"))).map(LogoutMark::kind).contains(LogoutKind.REFUSED_REFRESH);
		assertThat(this.here.find(Tokens.user("s2", "bob"))).isEmpty();
	}

	/**
	 * The tokens that were refused may be those of a younger login of the same session of
	 * the provider.
	 */
	@Test
	void refusedRefreshEndsSessionsThatBeganUntilTheLatestIdToken() {
		this.elsewhere.endOthers(Tokens.user("s1", "bob"), LATER, null);
		assertThat(this.here.find(Tokens.user("s1", "bob", LATER, Map.of()))).isPresent();
		assertThat(this.here.find(Tokens.user("s1", "bob", LATER.plusSeconds(1), Map.of()))).isEmpty();
	}

	@Test
	void recordThatCannotBeReadEndsNothingAndIsReplaced() {
		SessionName.of("app", Tokens.user(null, "alice"))
			.forEach((name) -> this.store.records.put(name.key(), new byte[] { 1, 2, 3 }));
		assertThat(this.here.find(Tokens.user(null, "alice"))).isEmpty();
		this.elsewhere.end(Tokens.bySub("alice", LATER, "1"));
		assertThat(this.here.find(Tokens.user(null, "alice"))).isPresent();
	}

	@Test
	void recordDoesNotGrowWithoutLimit() {
		for (int i = 0; i < 200; i++) {
			this.here.end(Tokens.bySub("alice", LATER, "token " + i));
		}
		assertThat(this.store.records.values()).singleElement()
			.satisfies((record) -> assertThat(record.length).isLessThan(2000));
	}

	@Test
	void storeThatFailsKeepsSessionsAliveAndIsLeftAloneForAWhile() {
		this.elsewhere.end(Tokens.bySub("alice", LATER, "1"));
		this.store.failing = true;
		int calls = this.store.calls.get();
		for (int i = 0; i < 100; i++) {
			assertThat(this.here.find(Tokens.user("s1", "alice"))).isEmpty();
		}
		assertThat(this.store.calls).hasValue(calls + 1);
		assertThatExceptionOfType(StateStoreException.class)
			.isThrownBy(() -> this.here.end(Tokens.bySub("alice", LATER, "2")));
	}

}
