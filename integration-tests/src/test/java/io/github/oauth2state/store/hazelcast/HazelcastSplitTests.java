package io.github.oauth2state.store.hazelcast;

import java.util.List;

import com.hazelcast.cache.ICache;
import com.hazelcast.config.CacheSimpleConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.cluster.ClusterService;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.StateStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A cluster of three that splits into two members and one, which all go on, and merges
 * again: what docs/hazelcast.md promises, and what it does not.
 */
@Tag("full")
class HazelcastSplitTests {

	private static final int RECORDS = 60;

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void recordIsTakenTwiceOnlyWithoutProtectionAndNeverComesBack(boolean isProtected) {
		try (HazelcastMembers cluster = new HazelcastMembers(3, 3,
				isProtected ? HazelcastMembers.documented() : "hazelcast: {}")) {
			cluster.awaitSize(3);
			StateStore majority = cluster.store(0);
			StateStore minority = cluster.store(2);
			List<String> taken = HazelcastProcess.put(majority, "taken-", RECORDS);
			List<String> kept = HazelcastProcess.put(majority, "kept-", RECORDS);
			ICache<String, String> byDefault = cacheByDefault(cluster.here(0));
			taken.forEach((name) -> byDefault.put(name, "value"));
			cluster.awaitSafe();

			split(cluster);
			assertThat(taken.stream().map((name) -> HazelcastProcess.take(majority, name)))
				.containsOnly(HazelcastProcess.TAKEN);
			taken.forEach(byDefault::remove);
			List<String> outcomes = taken.stream().map((name) -> HazelcastProcess.take(minority, name)).toList();
			if (isProtected) {
				assertThat(outcomes).containsOnly("CONNECTION");
			}
			else {
				assertThat(outcomes).contains(HazelcastProcess.TAKEN);
			}

			cluster.awaitSize(3);
			cluster.awaitSafe();
			// In a cache with Hazelcast's own merge policy, what was removed is back
			HazelcastMembers.await(() -> taken.stream().anyMatch(byDefault::containsKey));
			assertThat(taken).allMatch((name) -> minority.find(HazelcastProcess.key(name)).isEmpty());
			assertThat(kept.stream().map((name) -> HazelcastProcess.take(minority, name)))
				.containsOnly(HazelcastProcess.TAKEN);
		}
	}

	private static ICache<String, String> cacheByDefault(HazelcastInstance member) {
		member.getConfig().addCacheConfig(new CacheSimpleConfig("by-default"));
		return member.getCacheManager().getCache("by-default");
	}

	/**
	 * Lets each side believe that the other has failed.
	 */
	private static void split(HazelcastMembers cluster) {
		suspect(cluster.here(2), cluster.here(0), cluster.here(1));
		suspect(cluster.here(1), cluster.here(2));
		suspect(cluster.here(0), cluster.here(2));
		HazelcastMembers.await(() -> cluster.here(2).getCluster().getMembers().size() == 1);
		cluster.awaitSize(2);
		cluster.awaitSafe();
	}

	private static void suspect(HazelcastInstance member, HazelcastInstance... others) {
		ClusterService service = ((HazelcastInstanceProxy) member).getOriginal().node.getClusterService();
		for (HazelcastInstance other : others) {
			((ClusterServiceImpl) service).suspectMember(
					service.getMember(other.getCluster().getLocalMember().getUuid()), "a test splits the cluster",
					true);
		}
	}

}
