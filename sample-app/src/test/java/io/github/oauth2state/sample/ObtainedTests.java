package io.github.oauth2state.sample;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshOutcome;

import static org.assertj.core.api.Assertions.assertThat;

class ObtainedTests {

	@ParameterizedTest
	@CsvSource({ "REFRESHED, refreshed, early", "UNCOORDINATED, refreshed, early", "COALESCED, shared, shared",
			"SHARED, shared, shared", "STORED, shared, shared", "KEPT, cached, cached" })
	void tellsWhoCalledTheProvider(TokenRefreshOutcome outcome, String due, String early) {
		assertThat(Obtained.by(event(outcome, false)).text()).isEqualTo(due);
		assertThat(Obtained.by(event(outcome, true)).text()).isEqualTo(early);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.INCLUDE, names = { "REJECTED", "FAILED", "TIMED_OUT", "STORE_ERROR" })
	void withoutNewTokensNothingWasObtained(TokenRefreshOutcome outcome) {
		assertThat(Obtained.by(event(outcome, false))).isEqualTo(Obtained.CACHED);
	}

	private static TokenRefreshEvent event(TokenRefreshOutcome outcome, boolean early) {
		return new TokenRefreshEvent(outcome, "single_flight", "demo", early, Duration.ZERO);
	}

}
