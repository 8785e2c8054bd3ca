package io.github.oauth2state.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;

import io.github.oauth2state.backends.RedisProcess;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.cluster.Outage.Records;
import io.github.oauth2state.demo.cluster.AppCluster;

/**
 * Tests for a cluster whose Redis, or the network to it, fails.
 */
@Tag("cluster")
class RedisAwayTests extends StoreOutageContract {

	private static final Duration DELAY = Duration.ofMillis(200);

	private final RedisProcess redis = RedisProcess.server("appendonly yes", "appendfsync always");

	private final TcpProxy network = new TcpProxy(this.redis.host(), this.redis.port());

	@Override
	AppCluster start() throws InterruptedException {
		return OutageCluster.onRedis("redis-away", Map.of("SPRING_DATA_REDIS_HOST", this.network.host(),
				"SPRING_DATA_REDIS_PORT", String.valueOf(this.network.port())));
	}

	@Override
	void stop() {
		this.network.close();
		this.redis.close();
	}

	@Override
	Stream<Outage> outages() {
		return Stream.of(
				Outage.total("killed, and back with what it wrote to disk", this.redis::kill, this.redis::start,
						Records.KEPT),
				Outage.total("killed, and back with nothing", this.redis::kill, this::startEmpty, Records.LOST),
				Outage.ofDistance(this.network, DELAY),
				Outage.ofNetwork("connections reset", this.network, TcpProxy.Mode.REFUSE, Records.KEPT),
				Outage.ofNetwork("commands held up", this.network, TcpProxy.Mode.HOLD_REQUESTS, Records.KEPT),
				Outage.ofNetwork("replies lost", this.network, TcpProxy.Mode.SWALLOW_REPLIES, Records.PERHAPS_TAKEN));
	}

	private void startEmpty() {
		this.redis.wipe();
		this.redis.start();
	}

}
