package io.github.oauth2state.rollout;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateStoreException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ClusterPercentage}: instances agree on a percentage, and keep it while
 * the store loses data or does not answer.
 */
class ClusterPercentageTests extends AbstractClusterPercentageTests {

	@Test
	void eachFollowsItsConfigurationUntilOneIsSet() {
		look();
		assertCurrent("10", "20");
		this.a.set(percentage("37.5"));
		assertThat(this.a.current()).hasToString("37.5");
		look();
		assertCurrent("37.5", "37.5");
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
		assertThat(this.a.setAtRuntime()).isEmpty();
	}

	@Test
	void recordThatGetsOldIsRenewed() {
		this.a.set(percentage("37"));
		this.now = NOW.plus(PercentageRepository.TTL.dividedBy(2)).plusSeconds(1);
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
		this.now = NOW.plus(PercentageRepository.TTL).plusSeconds(1);
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

}
