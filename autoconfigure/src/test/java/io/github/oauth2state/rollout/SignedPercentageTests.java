package io.github.oauth2state.rollout;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PercentageSigner}: records of instances that have keys.
 */
class SignedPercentageTests extends AbstractClusterPercentageTests {

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
			assertThat(fresh.setAtRuntime()).as(text).isEmpty();
		}
		plant("1;0;" + NOW.toEpochMilli() + ";" + otherTag("shop", "one", "0"));
		ClusterPercentage fresh = withKeys(key("one"));
		look(fresh);
		assertThat(fresh.current()).as("what the others would be, had they the right tag").hasToString("0");
	}

	private static String otherTag(String namespace, String key, String percentage) {
		return new PercentageSigner(namespace, keys(key(key)), true).sign(percentage + ";" + NOW.toEpochMilli());
	}

	@Test
	void taggedRecordThatComesBackAfterItsTimeIsRefused() {
		withKeys(key("one")).set(percentage("0"));
		byte[] old = this.store.values.get(KEY);
		this.now = NOW.plus(PercentageRepository.TTL).plusSeconds(301);
		this.store.values.put(KEY, old);
		ClusterPercentage fresh = withKeys(key("one"));
		look(fresh);
		assertThat(fresh.setAtRuntime()).isEmpty();
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
		assertThat(after.setAtRuntime()).isPresent();
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
		this.now = NOW.plus(PercentageRepository.TTL.dividedBy(2)).plusSeconds(1);
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

}
