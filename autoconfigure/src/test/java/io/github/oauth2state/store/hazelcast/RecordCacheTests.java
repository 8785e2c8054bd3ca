package io.github.oauth2state.store.hazelcast;

import java.util.function.Consumer;
import java.util.stream.Stream;

import com.hazelcast.cluster.Endpoint;
import com.hazelcast.cluster.Member;
import com.hazelcast.config.CacheSimpleConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.ICacheManager;
import com.hazelcast.spi.merge.DiscardMergePolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.oauth2state.config.StartupFailureException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link RecordCache}: what it asks of a configuration. Clusters that start
 * with one are in the integration tests.
 */
class RecordCacheTests {

	private final Config config = new Config();

	@Test
	void configuresTheCacheIfNobodyHas() {
		RecordCache.open(instance(mock(Member.class)));
		CacheSimpleConfig added = this.config.findCacheConfigOrNull(RecordCache.NAME);
		assertThat(added.getBackupCount()).isOne();
		assertThat(added.getInMemoryFormat()).isEqualTo(InMemoryFormat.BINARY);
		assertThat(added.getEvictionConfig().getSize()).isEqualTo(Integer.MAX_VALUE);
		assertThat(added.getMergePolicyConfig().getPolicy()).isEqualTo("DiscardMergePolicy");
	}

	@Test
	void keepsARightConfiguration() {
		CacheSimpleConfig own = right().setSplitBrainProtectionName("majority").setBackupCount(2);
		own.getMergePolicyConfig().setPolicy(DiscardMergePolicy.class.getName());
		this.config.addCacheConfig(own);
		RecordCache.open(instance(mock(Member.class)));
		assertThat(this.config.findCacheConfigOrNull(RecordCache.NAME)).isSameAs(own);
	}

	@ParameterizedTest
	@MethodSource("wrong")
	void stopsTheAppIfRecordsWouldBeLostOrComeBack(String setting, String value, Consumer<CacheSimpleConfig> change) {
		CacheSimpleConfig own = right();
		change.accept(own);
		this.config.addCacheConfig(own);
		HazelcastInstance instance = instance(mock(Member.class));
		assertThatExceptionOfType(StartupFailureException.class).isThrownBy(() -> RecordCache.open(instance))
			.satisfies((failure) -> {
				assertThat(failure.getDescription()).contains("oauth2-state.store", setting, "'oauth2-state'");
				assertThat(failure.getAction()).contains("set " + setting + " to " + value);
			});
	}

	static Stream<Arguments> wrong() {
		return Stream.of(wrong("backup-count", "1", (cache) -> cache.setBackupCount(0).setAsyncBackupCount(1)),
				wrong("in-memory-format", "BINARY", (cache) -> cache.setInMemoryFormat(InMemoryFormat.OBJECT)),
				wrong("eviction.size", "2147483647", (cache) -> cache.setEvictionConfig(new EvictionConfig())),
				wrong("merge-policy", "DiscardMergePolicy",
						(cache) -> cache.setMergePolicyConfig(new MergePolicyConfig())));
	}

	private static Arguments wrong(String setting, String value, Consumer<CacheSimpleConfig> change) {
		return Arguments.of(setting, value, change);
	}

	/**
	 * Its cluster has a configuration of its own, which it cannot read.
	 */
	@Test
	void clientLeavesTheConfigurationToItsCluster() {
		RecordCache.open(instance(mock(Endpoint.class)));
		assertThat(this.config.findCacheConfigOrNull(RecordCache.NAME)).isNull();
	}

	private static CacheSimpleConfig right() {
		RecordCacheTests other = new RecordCacheTests();
		RecordCache.open(other.instance(mock(Member.class)));
		return new CacheSimpleConfig(other.config.findCacheConfigOrNull(RecordCache.NAME));
	}

	private HazelcastInstance instance(Endpoint endpoint) {
		HazelcastInstance instance = mock(HazelcastInstance.class);
		given(instance.getLocalEndpoint()).willReturn(endpoint);
		given(instance.getConfig()).willReturn(this.config);
		given(instance.getCacheManager()).willReturn(mock(ICacheManager.class));
		return instance;
	}

}
