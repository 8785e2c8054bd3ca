package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.record.Keyring;

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
		this.now = NOW.plus(StoredPercentage.TTL.dividedBy(2)).plusSeconds(1);
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
		this.now = NOW.plus(StoredPercentage.TTL).plusSeconds(1);
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
		plant("1;0;" + NOW.minus(StoredPercentage.TTL).minusSeconds(301).toEpochMilli());
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

	@Test
	void recordWithoutATagIsRefusedWhereThereAreKeys() {
		plant("1;0;" + NOW.toEpochMilli());
		ClusterPercentage one = withKeys(key("one"));
		look(one);
		assertThat(one.current()).hasToString("20");
		one.set(percentage("37"));
		plant("1;0;" + NOW.plusSeconds(60).toEpochMilli());
		look(one);
		assertThat(one.current()).hasToString("37");
		ClusterPercentage late = withKeys(key("one"));
		look(late);
		assertThat(late.current()).hasToString("37");
	}

	@Test
	void tagIsOfOnePercentageAndOneTimeAndOneNamespaceAndOneKey() {
		ClusterPercentage one = withKeys(key("one"));
		one.set(percentage("100"));
		String tag = this.store.text().substring(this.store.text().lastIndexOf(';') + 1);
		List<String> forged = List.of("1;0;" + NOW.toEpochMilli() + ";" + tag, "1;-;" + NOW.toEpochMilli() + ";" + tag,
				"1;100;" + (NOW.toEpochMilli() + 1) + ";" + tag, "1;100;" + NOW.toEpochMilli() + ";",
				"1;100;" + NOW.toEpochMilli() + ";,,", "1;100;" + NOW.toEpochMilli() + ";" + tag.substring(1),
				"1;100;" + NOW.toEpochMilli() + ";A" + tag, "1;100;" + NOW.toEpochMilli() + ";;" + tag,
				"1;0;" + NOW.toEpochMilli() + ";" + otherTag("shop", "two", "0"),
				"1;0;" + NOW.toEpochMilli() + ";" + otherTag("other", "one", "0"));
		for (String text : forged) {
			plant(text);
			ClusterPercentage fresh = withKeys(key("one"));
			look(fresh);
			assertThat(fresh.set()).as(text).isEmpty();
		}
		plant("1;0;" + NOW.toEpochMilli() + ";" + otherTag("shop", "one", "0"));
		ClusterPercentage fresh = withKeys(key("one"));
		look(fresh);
		assertThat(fresh.current()).as("what the others would be, had they the right tag").hasToString("0");
	}

	private static String otherTag(String namespace, String key, String percentage) {
		return new PercentageTags(namespace, keys(key(key)), true).of(percentage + ";" + NOW.toEpochMilli());
	}

	@Test
	void taggedRecordThatComesBackAfterItsTimeIsRefused() {
		withKeys(key("one")).set(percentage("0"));
		byte[] old = this.store.values.get(KEY);
		this.now = NOW.plus(StoredPercentage.TTL).plusSeconds(301);
		this.store.values.put(KEY, old);
		ClusterPercentage fresh = withKeys(key("one"));
		look(fresh);
		assertThat(fresh.set()).isEmpty();
	}

	@Test
	void recordIsUnderstoodWhileKeysAreReplaced() {
		ClusterPercentage before = withKeys(key("old"));
		ClusterPercentage first = withKeys(key("old") + "," + key("new"));
		ClusterPercentage second = withKeys(key("new") + "," + key("old"));
		ClusterPercentage after = withKeys(key("new"));
		before.set(percentage("37"));
		look(first);
		look(second);
		look(after);
		assertThat(List.of(first.current(), second.current(), after.current())).extracting(Percentage::toString)
			.containsOnly("37");
		assertThat(after.set()).isPresent();
		second.set(percentage("5"));
		look(before);
		look(first);
		byte[] settled = this.store.values.get(KEY);
		look(second);
		look(first);
		assertThat(this.store.values.get(KEY)).as("nobody goes on writing").isEqualTo(settled);
		assertThat(before.current()).hasToString("5");
	}

	@Test
	void recordIsUnderstoodWhileKeysOfASecondPropertyAreAdded() {
		ClusterPercentage one = withKeys(key("cookie"));
		ClusterPercentage both = withKeys(key("cookie"), key("tokens"));
		one.set(percentage("37"));
		look(both);
		assertThat(both.current()).hasToString("37");
		both.set(percentage("5"));
		look(one);
		assertThat(one.current()).hasToString("5");
	}

	@Test
	void earlierReleaseReadsTaggedRecords() {
		String two = key("one") + "," + key("two");
		withKeys(two + "," + key("five"), key("three") + "," + key("four")).set(percentage("99.123456"));
		assertThat(this.store.text()).hasSizeLessThanOrEqualTo(100)
			.matches("[12];(-|[0-9.]{1,10});([0-9]{1,15})(;.*)?")
			.startsWith("1;99.123456;" + NOW.toEpochMilli() + ";");
		look();
		assertCurrent("99.123456", "99.123456");
	}

	/**
	 * An earlier release renews a record without its tag, and later than it was written.
	 */
	@Test
	void instancesWithAndWithoutKeysComeToAnEnd() {
		ClusterPercentage one = withKeys(key("one"));
		one.set(percentage("37"));
		look();
		this.now = NOW.plus(StoredPercentage.TTL.dividedBy(2)).plusSeconds(1);
		look();
		assertThat(this.store.text()).isEqualTo("1;37;" + this.now.toEpochMilli());
		look(one);
		assertThat(this.store.text()).startsWith("1;37;" + (this.now.toEpochMilli() + 1) + ";");
		byte[] settled = this.store.values.get(KEY);
		look();
		look(one);
		assertThat(this.store.values.get(KEY)).isEqualTo(settled);
		assertCurrent("37", "37");
	}

	@Test
	void recordOfAnEarlierReleaseCountsIfOperatorsWantThatDuringTheUpgrade() {
		this.a.set(percentage("37"));
		ClusterPercentage upgraded = instance("20", () -> this.now, keys(key("one")), false);
		look(upgraded);
		assertThat(upgraded.current()).hasToString("37");
		ClusterPercentage strict = withKeys(key("one"));
		look(strict);
		assertThat(strict.current()).as("the first one has added the tag").hasToString("37");
		look();
		assertCurrent("37", "37");
	}

	private void plant(String text) {
		this.store.values.put(KEY, text.getBytes(StandardCharsets.US_ASCII));
	}

	private void look() {
		look(this.a);
		look(this.b);
	}

	private static void look(ClusterPercentage instance) {
		instance.start();
		instance.stop();
	}

	private ClusterPercentage started(String configured) {
		ClusterPercentage started = instance(configured);
		look(started);
		return started;
	}

	private void assertCurrent(String ofA, String ofB) {
		assertThat(this.a.current()).hasToString(ofA);
		assertThat(this.b.current()).hasToString(ofB);
	}

	private ClusterPercentage instance(String configured) {
		return instance(configured, () -> this.now);
	}

	private ClusterPercentage instance(String configured, InstantSource clock) {
		return instance(configured, clock, List.of(), true);
	}

	private ClusterPercentage instance(String configured, InstantSource clock, List<Keyring> keys, boolean verify) {
		return new ClusterPercentage(percentage(configured),
				new StoredPercentage(this.store, "shop", new PercentageTags("shop", keys, verify), clock));
	}

	private ClusterPercentage withKeys(String... properties) {
		return instance("20", () -> this.now, keys(properties), true);
	}

	private static List<Keyring> keys(String... properties) {
		return Stream.of(properties).map((keys) -> Keyring.of("keys", keys)).toList();
	}

	private static String key(String id) {
		byte[] bytes = new byte[32];
		new Random(id.hashCode()).nextBytes(bytes);
		return id + ":" + Base64.getEncoder().encodeToString(bytes);
	}

	private static Percentage percentage(String text) {
		return new Percentage(new BigDecimal(text));
	}

	private static final class Store implements StateStore {

		private final Map<StateKey, byte[]> values = new ConcurrentHashMap<>();

		private int unboundedReads;

		private boolean failing;

		private boolean tooLarge;

		@Override
		public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
			check();
			Optional<byte[]> there = Optional.ofNullable(this.values.putIfAbsent(key, value));
			there.ifPresent((read) -> this.unboundedReads++);
			return there;
		}

		@Override
		public Optional<byte[]> find(StateKey key) {
			check();
			if (this.tooLarge) {
				throw new StateStoreException(Reason.REJECTED, "too large", null);
			}
			return Optional.ofNullable(this.values.get(key));
		}

		@Override
		public Optional<byte[]> take(StateKey key) {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
			check();
			byte[] there = this.values.get(key);
			return Arrays.equals(there, expected) && this.values.replace(key, there, value);
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
