package io.github.oauth2state.login;

import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.login.PendingLogins.StartedLogin;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link LoginCallback} says of a login whose record is gone.
 */
class AbsentRecordTests extends PendingLoginsFixture {

	@Test
	void absentRecordOfACookieThatIsOldEnoughHasExpired() {
		begin(this.request);
		this.clock.advance(TTL);
		assertAbsentIs(LoginOutcome.EXPIRED);
		this.clock.advance(Duration.ofMinutes(50));
		assertAbsentIs(LoginOutcome.EXPIRED);
	}

	@Test
	void absentRecordOfAYoungerCookieWasUsedAlready() {
		begin(this.request);
		assertAbsentIs(LoginOutcome.ALREADY_USED);
		this.clock.advance(TTL.minusSeconds(1));
		assertAbsentIs(LoginOutcome.ALREADY_USED);
	}

	@Test
	void absentRecordOfAUsedMarkWasUsedAlreadyHoweverOldTheMarkIs() {
		begin(this.request);
		this.browser.take(callback(this.request.getState()).cookiesWhenTaken());
		assertThat(callback(this.request.getState()).isPending()).isFalse();
		assertAbsentIs(LoginOutcome.ALREADY_USED);
		this.clock.advance(TTL.multipliedBy(2));
		assertAbsentIs(LoginOutcome.ALREADY_USED);
	}

	/**
	 * The time in the cookie, and in the record, refuses nothing.
	 */
	@ParameterizedTest
	@ValueSource(longs = { -3600, -1, 0, 1, 3600, 86_400 })
	void recordThatTheStoreStillHasIsFoundWhateverTheClockOfThisInstanceSays(long seconds) {
		StartedLogin begun = begin(this.request);
		this.clock.advance(Duration.ofSeconds(seconds));
		Duration possible = Duration.ofSeconds(Math.max(0, Math.min(seconds, TTL.toSeconds())));
		assertThat(callback(this.request.getState()).read(Optional.of(begun.value())))
			.isEqualTo(new LoginCallback.Found(this.request, possible, null, null));
	}

	@Test
	void absenceIsToldApartEvenWhenTheClockOfThisInstanceIsBehind() {
		begin(this.request);
		this.clock.advance(Duration.ofHours(-1));
		assertAbsentIs(LoginOutcome.ALREADY_USED);
	}

	private void assertAbsentIs(LoginOutcome outcome) {
		assertThat(callback(this.request.getState()).read(Optional.empty())).isEqualTo(new LoginCallback.Lost(outcome));
	}

}
