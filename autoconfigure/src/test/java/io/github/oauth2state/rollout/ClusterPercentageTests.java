package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ClusterPercentage}.
 */
class ClusterPercentageTests {

	private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

	private static final StateKey KEY = StateKey.of("shop", "rollout", "percentage");

	private final Store store = new Store();

	private Instant now = NOW;

	private final ClusterPercentage a = instance("10");

	private final ClusterPercentage b = instance("20");

	@AfterEach
	void stop() {
		this.a.stop();
		this.b.stop();
	}

	@Test
	void eachFollowsItsConfigurationUntilOneIsSet() {
		look();
		assertCurrent("10", "20");
		this.a.set(percentage("37.5"));
		assertThat(this.a.current()).hasToString("37.5");
		look();
		assertCurrent("37.5", "37.5");
		assertThat(this.b.configured()).hasToString("20");
	}

	@Test
	void instanceThatStartsFollowsAtOnce() {
		this.a.set(percentage("37"));
		ClusterPercentage late = instance("20");
		late.start();
		late.stop();
		assertThat(late.current()).hasToString("37");
	}

	@Test
	void whatIsClearedIsClearedEverywhere() {
		this.a.set(percentage("37"));
		look();
		this.b.set(null);
		look();
		assertCurrent("10", "20");
		assertThat(this.a.set()).isEmpty();
	}

	@Test
	void recordThatGetsOldIsRenewed() {
		this.a.set(percentage("37"));
		this.now = NOW.plus(ClusterPercentage.TTL.dividedBy(2)).plusSeconds(1);
		look();
		assertThat(this.store.text()).isEqualTo("1;37;" + this.now.toEpochMilli());
	}

	@Test
	void recordThatTheStoreLostIsPutBack() {
		this.a.set(percentage("37"));
		look();
		this.store.values.clear();
		look();
		look();
		assertCurrent("37", "37");
		assertThat(this.store.text()).startsWith("1;37;");
	}

	@Test
	void whatWasClearedStaysClearedThoughTheStoreGoesBackInTime() {
		this.a.set(percentage("37"));
		look();
		byte[] older = this.store.values.get(KEY);
		this.b.set(null);
		look();
		this.store.values.put(KEY, older);
		look();
		assertCurrent("10", "20");
		this.store.values.clear();
		look();
		assertCurrent("10", "20");
		this.now = NOW.plus(ClusterPercentage.TTL).plusSeconds(1);
		this.store.values.clear();
		look();
		assertThat(this.store.values).isEmpty();
	}

	@Test
	void laterPercentageWinsThoughTheStoreGoesBackInTime() {
		this.a.set(percentage("100"));
		look();
		byte[] older = this.store.values.get(KEY);
		this.b.set(percentage("0"));
		look();
		this.store.values.put(KEY, older);
		look();
		look();
		assertCurrent("0", "0");
		assertThat(this.store.text()).startsWith("1;0;");
	}

	@Test
	void laterPercentageWinsThoughClocksDiffer() {
		this.now = NOW.plusSeconds(3600);
		this.a.set(percentage("100"));
		this.now = NOW;
		this.b.set(percentage("0"));
		look();
		look();
		assertCurrent("0", "0");
	}

	@Test
	void lastKnownPercentageStaysWhileTheStoreIsGone() {
		this.a.set(percentage("37"));
		look();
		this.store.failing = true;
		look();
		assertCurrent("37", "37");
		assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> this.b.set(percentage("5")));
		assertCurrent("37", "37");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "garbage", "1;101;0", "1;-1;0", "1;1e5;0", "3;50;0", "1;50", "1;50;99999999999999999",
			"1;;0" })
	void recordThatIsNoneIsLeftAlone(String text) {
		this.a.set(percentage("37"));
		look();
		this.store.values.put(KEY, text.getBytes(StandardCharsets.US_ASCII));
		look();
		assertCurrent("37", "37");
		assertThat(this.store.text()).isEqualTo(text);
		this.b.set(percentage("5"));
		look();
		assertCurrent("5", "5");
	}

	@Test
	void recordOfTheNextReleaseIsUnderstood() {
		this.store.values.put(KEY, ("2;50;" + NOW.toEpochMilli() + ";more").getBytes(StandardCharsets.US_ASCII));
		look();
		assertCurrent("50", "50");
	}

	private void look() {
		for (ClusterPercentage instance : new ClusterPercentage[] { this.a, this.b }) {
			instance.start();
			instance.stop();
		}
	}

	private void assertCurrent(String ofA, String ofB) {
		assertThat(this.a.current()).hasToString(ofA);
		assertThat(this.b.current()).hasToString(ofB);
	}

	private ClusterPercentage instance(String configured) {
		InstantSource clock = () -> this.now;
		return new ClusterPercentage(percentage(configured), this.store, "shop", clock);
	}

	private static Percentage percentage(String text) {
		return new Percentage(new BigDecimal(text));
	}

	private static final class Store implements StateStore {

		private final Map<StateKey, byte[]> values = new ConcurrentHashMap<>();

		private boolean failing;

		@Override
		public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
			check();
			return Optional.ofNullable(this.values.putIfAbsent(key, value));
		}

		@Override
		public Optional<byte[]> find(StateKey key) {
			check();
			return Optional.ofNullable(this.values.get(key));
		}

		@Override
		public Optional<byte[]> take(StateKey key) {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
			check();
			return this.values.replace(key, this.values.get(key), value);
		}

		@Override
		public boolean remove(StateKey key, byte[] expected) {
			throw new UnsupportedOperationException();
		}

		private void check() {
			if (this.failing) {
				throw new StateStoreException(Reason.CONNECTION, "gone", null);
			}
		}

		private String text() {
			return new String(this.values.get(KEY), StandardCharsets.US_ASCII);
		}

	}

}
