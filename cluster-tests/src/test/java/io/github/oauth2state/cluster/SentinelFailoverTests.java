package io.github.oauth2state.cluster;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;

import io.github.oauth2state.backends.RedisProcess;
import io.github.oauth2state.backends.RedisSentinels;
import io.github.oauth2state.cluster.Outage.Records;
import io.github.oauth2state.demo.cluster.AppCluster;

/**
 * Tests for a cluster whose Redis is a master that Sentinel replaces.
 */
@Tag("cluster")
class SentinelFailoverTests extends StoreOutageContract {

	private final RedisSentinels redis = RedisSentinels.start();

	private RedisProcess master = this.redis.master();

	@Override
	AppCluster start() throws InterruptedException {
		return OutageCluster.onRedis("sentinel-failover", Map.of("SPRING_DATA_REDIS_SENTINEL_MASTER", this.redis.name(),
				"SPRING_DATA_REDIS_SENTINEL_NODES", this.redis.addresses()));
	}

	@Override
	void stop() {
		this.redis.close();
	}

	@Override
	void settle() {
		this.redis.awaitHealthy();
		this.redis.awaitReplicated();
		this.master = this.redis.master();
	}

	@Override
	Stream<Outage> outages() {
		return Stream.of(
				Outage.passing("killed", () -> this.master.kill(), () -> follow(this.master::start),
						Records.PERHAPS_TAKEN),
				Outage.passing("frozen", () -> this.master.freeze(), () -> follow(this.master::thaw),
						Records.PERHAPS_TAKEN),
				Outage.passing("stepped down", this.redis::failover, () -> follow(() -> {
				}), Records.PERHAPS_TAKEN));
	}

	private void follow(Runnable comeBack) {
		this.redis.awaitOtherMaster(this.master);
		comeBack.run();
	}

}
