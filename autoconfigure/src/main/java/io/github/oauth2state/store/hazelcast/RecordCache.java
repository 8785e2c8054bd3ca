package io.github.oauth2state.store.hazelcast;

import com.hazelcast.cache.ICache;
import com.hazelcast.cluster.Member;
import com.hazelcast.config.CacheSimpleConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MaxSizePolicy;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.spi.merge.DiscardMergePolicy;

import io.github.oauth2state.config.StartupFailureException;

/**
 * The cache that keeps records, and what must be configured for it.
 */
final class RecordCache {

	static final String NAME = "oauth2-state";

	private RecordCache() {
	}

	/**
	 * Opens the cache, and configures it for the whole cluster if nobody has.
	 * @param hazelcast a member of the cluster, or a client of one that has the cache
	 * @return the cache
	 * @throws StartupFailureException if it is configured so that it would lose records
	 */
	static ICache<byte[], byte[]> open(HazelcastInstance hazelcast) {
		if (hazelcast.getLocalEndpoint() instanceof Member) {
			Config config = hazelcast.getConfig();
			CacheSimpleConfig present = config.findCacheConfigOrNull(NAME);
			if (present == null) {
				config.addCacheConfig(required());
			}
			else {
				check(present);
			}
		}
		return hazelcast.getCacheManager().getCache(NAME);
	}

	private static CacheSimpleConfig required() {
		return new CacheSimpleConfig(NAME).setBackupCount(1)
			.setInMemoryFormat(InMemoryFormat.BINARY)
			.setEvictionConfig(new EvictionConfig().setMaxSizePolicy(MaxSizePolicy.ENTRY_COUNT)
				.setEvictionPolicy(EvictionPolicy.LRU)
				.setSize(Integer.MAX_VALUE))
			.setMergePolicyConfig(new MergePolicyConfig().setPolicy(DiscardMergePolicy.class.getSimpleName()));
	}

	private static void check(CacheSimpleConfig config) {
		require(config.getBackupCount() > 0, "backup-count", "1", "records are lost with the member that owns them");
		require(config.getInMemoryFormat() == InMemoryFormat.BINARY, "in-memory-format", "BINARY",
				"values are not compared by their bytes");
		require(config.getEvictionConfig().getSize() == Integer.MAX_VALUE, "eviction.size",
				Integer.toString(Integer.MAX_VALUE), "logins that begin evict those of others");
		String policy = config.getMergePolicyConfig().getPolicy();
		require(policy.substring(policy.lastIndexOf('.') + 1).equals(DiscardMergePolicy.class.getSimpleName()),
				"merge-policy", DiscardMergePolicy.class.getSimpleName(),
				"records that were used are back when a split cluster merges");
	}

	private static void require(boolean right, String setting, String value, String otherwise) {
		if (!right) {
			throw new StartupFailureException(
					("The property oauth2-state.store is 'hazelcast', and with the setting %s of the Hazelcast cache '%s' "
							+ "%s.")
						.formatted(setting, NAME, otherwise),
					"""
							One of these:

							- set %s to %s in the configuration of the cache
							- or remove that configuration, so that OAuth2 State brings its own""".formatted(setting,
							value));
		}
	}

}
