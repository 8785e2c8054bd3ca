package io.github.oauth2state.rollout;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PercentageRepository}: records that no instance of the app can have
 * written.
 */
class RefusedPercentageTests extends AbstractClusterPercentageTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "garbage", "1;101;0", "1;-1;0", "1;1e5;0", "3;50;0", "1;50", "1;50;99999999999999999",
			"1;;0", "1;0;999999999999999" })
	void recordThatIsRefusedIsReplacedByWhatIsKnown(String text) {
		this.a.set(percentage("37"));
		look();
		plant(text);
		look();
		assertCurrent("37", "37");
		assertThat(this.store.text()).startsWith("1;37;");
		assertThat(started("20").current()).hasToString("37");
		plant(text);
		this.b.set(percentage("5"));
		look();
		assertCurrent("5", "5");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "garbage", "3;50;0", "1;0;999999999999999" })
	void recordThatIsRefusedIsLeftWhereNothingIsKnown(String text) {
		plant(text);
		look();
		assertCurrent("10", "20");
		assertThat(this.store.text()).isEqualTo(text);
		this.a.set(percentage("37"));
		look();
		assertCurrent("37", "37");
	}

	@ParameterizedTest
	@ValueSource(longs = { 999_999_999_999_999L - 1_793_527_200_000L, 400L * 86_400_000, 86_400_000, 360_000, 300_001 })
	void timeThatIsMoreThanMinutesAheadIsRefusedAndNeverComesBack(long ahead) {
		this.a.set(percentage("37"));
		look();
		plant("1;0;" + (NOW.toEpochMilli() + ahead));
		this.a.set(percentage("100"));
		look();
		assertCurrent("100", "100");
		plant("1;0;" + (NOW.toEpochMilli() + ahead));
		this.b.set(null);
		look();
		assertCurrent("10", "20");
		this.store.values.clear();
		look();
		assertCurrent("10", "20");
		assertThat(this.store.text()).startsWith("1;-;");
	}

	@Test
	void operatorsHaveTheLastWordOverATimeThatIsMinutesAhead() {
		plant("1;0;" + (NOW.toEpochMilli() + 290_000));
		look();
		assertCurrent("0", "0");
		this.a.set(percentage("100"));
		look();
		assertCurrent("100", "100");
		this.b.set(null);
		look();
		assertCurrent("10", "20");
	}

	@Test
	void recordThatShouldHaveExpiredIsRefused() {
		plant("1;0;" + NOW.minus(PercentageRepository.TTL).minusSeconds(301).toEpochMilli());
		look();
		assertCurrent("10", "20");
	}

	@Test
	void instanceWhoseClockIsFarAheadGivesInToTheOthers() {
		this.a.set(percentage("37"));
		look();
		ClusterPercentage ahead = instance("50", () -> this.now.plusSeconds(3600));
		ahead.set(percentage("0"));
		for (int i = 0; i < 10; i++) {
			look(ahead);
			look();
		}
		assertCurrent("37", "37");
		assertThat(ahead.current()).hasToString("37");
		this.b.set(percentage("5"));
		for (int i = 0; i < 10; i++) {
			look(ahead);
			look();
		}
		assertCurrent("5", "5");
		assertThat(ahead.current()).hasToString("5");
	}

	@Test
	void instanceWhoseClockWasFarAheadFollowsTheOthersWhenItIsRight() {
		this.now = NOW.plusSeconds(3600);
		this.a.set(percentage("0"));
		this.now = NOW;
		this.store.values.clear();
		this.b.set(percentage("37"));
		look();
		assertCurrent("37", "37");
	}

	@Test
	void noReadIsUnbounded() {
		plant("x".repeat(60_000_000));
		look();
		this.a.set(percentage("37"));
		look();
		assertCurrent("37", "37");
		assertThat(this.store.unboundedReads).isZero();
	}

	@Test
	void recordThatIsTooLargeForTheStoreLeavesWhatIsKnown() {
		this.a.set(percentage("37"));
		look();
		this.store.tooLarge = true;
		look();
		assertCurrent("37", "37");
		assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> this.b.set(percentage("5")))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(Reason.REJECTED));
		this.store.tooLarge = false;
		this.store.values.clear();
		look();
		assertCurrent("37", "37");
	}

	@Test
	void recordOfTheNextReleaseIsUnderstood() {
		this.store.values.put(KEY, ("2;50;" + NOW.toEpochMilli() + ";more").getBytes(StandardCharsets.US_ASCII));
		look();
		assertCurrent("50", "50");
	}

}
