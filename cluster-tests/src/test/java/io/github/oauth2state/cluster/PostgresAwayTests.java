package io.github.oauth2state.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

import io.github.oauth2state.backends.PostgresProcess;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.cluster.Outage.Records;
import io.github.oauth2state.demo.cluster.AppCluster;

/**
 * Tests for a cluster whose PostgreSQL, or the network to it, fails.
 */
@Tag("cluster")
class PostgresAwayTests extends StoreOutageContract {

	private static final Duration DELAY = Duration.ofMillis(100);

	@TempDir
	private static Path directory;

	private PostgresProcess postgres;

	private TcpProxy network;

	@Override
	AppCluster start() throws InterruptedException {
		this.postgres = PostgresProcess.start(directory);
		this.network = new TcpProxy(this.postgres.host(), this.postgres.port());
		return OutageCluster.onPostgres("postgres-away", Map.of("SPRING_DATASOURCE_URL",
				this.postgres.url(this.network.host(), this.network.port()), "SPRING_DATASOURCE_USERNAME", "postgres"));
	}

	@Override
	void stop() {
		this.network.close();
		this.postgres.close();
	}

	@Override
	Stream<Outage> outages() {
		return Stream.of(
				Outage.total("killed, and back with what it wrote to disk", this.postgres::kill, this.postgres::start,
						Records.KEPT),
				Outage.ofDistance(this.network, DELAY),
				Outage.ofNetwork("connections reset", this.network, TcpProxy.Mode.REFUSE, Records.KEPT),
				Outage.ofNetwork("statements held up", this.network, TcpProxy.Mode.HOLD_REQUESTS, Records.KEPT),
				Outage.ofNetwork("replies lost", this.network, TcpProxy.Mode.SWALLOW_REPLIES, Records.PERHAPS_TAKEN));
	}

}
