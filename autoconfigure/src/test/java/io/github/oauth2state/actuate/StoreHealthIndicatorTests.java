package io.github.oauth2state.actuate;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.actuate.ActuateAutoConfiguration.StoreHealthProperties;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link StoreHealthIndicator}.
 */
class StoreHealthIndicatorTests {

	private static final OAuth2StateSettings SETTINGS = new OAuth2StateSettings("shop", Duration.ofSeconds(2), null,
			OnStoreFailure.SESSION);

	private final SwitchableStore store = new SwitchableStore();

	private Instant now = Instant.parse("2026-11-01T10:00:00Z");

	private final StoreHealthIndicator health = indicator(this.store, false);

	@Test
	void storeThatReturnsARecordIsUp() {
		Health up = this.health.health();
		assertThat(up.getStatus()).isEqualTo(Status.UP);
		assertThat(up.getDetails()).containsOnlyKeys("store", "latency").containsEntry("store", "switchable");
		assertThat(up.getDetails().get("latency")).asInstanceOf(InstanceOfAssertFactories.DOUBLE)
			.isBetween(0.0, 10_000.0);
	}

	@Test
	void probeLeavesNothingBehindAndNothingForLong() {
		this.health.health();
		this.health.health();
		assertThat(this.store.takeOperations()).containsExactly("put", "take", "put", "take");
		assertThat(this.store.size()).isZero();
		assertThat(this.store.ttls()).containsOnly(Duration.ofSeconds(14));
	}

	@Test
	void storeThatIsToldTwiceIsUp() {
		this.store.repeat();
		assertThat(this.health.health().getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void storeThatFailsIsDegradedAndNamesReasonAndClassOnly() {
		this.store.fail(new StateStoreException(Reason.CONNECTION, "secret-message",
				new SQLException("secret-cause at jdbc:postgresql://user:secret-password@host/db")));
		Health degraded = this.health.health();
		assertThat(degraded.getStatus().getCode()).isEqualTo("DEGRADED");
		assertThat(degraded.getDetails()).containsOnlyKeys("store", "latency", "lastError", "lastErrorAt")
			.containsEntry("lastError", "CONNECTION, java.sql.SQLException")
			.containsEntry("lastErrorAt", this.now);
		assertThat(degraded.toString()).doesNotContain("secret");
	}

	@Test
	void failureWithoutCauseIsItsReason() {
		this.store.fail(new StateStoreException(Reason.TIMEOUT, "secret-message", null));
		assertThat(this.health.health().getDetails()).containsEntry("lastError", "TIMEOUT");
	}

	@Test
	void anyOtherExceptionOfAStoreIsAFailure() {
		this.store.fail(new IllegalStateException("secret-message"));
		assertThat(this.health.health().getStatus()).isEqualTo(StoreHealthIndicator.DEGRADED);
		assertThat(this.health.health().getDetails()).containsEntry("lastError", IllegalStateException.class.getName());
	}

	@Test
	void storeThatLosesOrChangesWhatItWasGivenIsDegraded() {
		StateStore losing = mock(StateStore.class);
		given(losing.name()).willReturn("losing");
		given(losing.putIfAbsent(any(), any(), any())).willReturn(Optional.empty());
		given(losing.take(any())).willReturn(Optional.empty(), Optional.of(new byte[1]));
		StoreHealthIndicator indicator = indicator(losing, false);
		for (int i = 0; i < 2; i++) {
			Health degraded = indicator.health();
			assertThat(degraded.getStatus()).isEqualTo(StoreHealthIndicator.DEGRADED);
			assertThat(degraded.getDetails()).containsEntry("lastError",
					StoreHealthIndicator.LostRecordException.class.getName());
		}
	}

	@Test
	void recoveryIsUpAndKeepsTheLastError() {
		Instant failed = this.now;
		this.store.fail(new StateStoreException(Reason.AMBIGUOUS, "secret-message", null));
		this.health.health();
		this.store.fail(null);
		this.now = failed.plusSeconds(60);
		Health recovered = this.health.health();
		assertThat(recovered.getStatus()).isEqualTo(Status.UP);
		assertThat(recovered.getDetails()).containsEntry("lastError", "AMBIGUOUS").containsEntry("lastErrorAt", failed);
	}

	@Test
	void failureIsDownIfTheAppWantsThat() {
		this.store.fail(new StateStoreException(Reason.TIMEOUT, "secret-message", null));
		assertThat(indicator(this.store, true).health().getStatus()).isEqualTo(Status.DOWN);
		this.store.fail(null);
		assertThat(indicator(this.store, true).health().getStatus()).isEqualTo(Status.UP);
	}

	private StoreHealthIndicator indicator(StateStore store, boolean downOnFailure) {
		return new StoreHealthIndicator(store, SETTINGS, new StoreHealthProperties(Duration.ZERO, downOnFailure), null,
				() -> this.now);
	}

}
