package io.github.oauth2state.store.hazelcast;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.scenario.JavaProcess;
import io.github.oauth2state.test.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HazelcastStateStore} on a cluster of three members, each in a process
 * of its own.
 */
class HazelcastStateStoreTests extends StateStoreContract {

	private static HazelcastMembers cluster;

	private static List<JavaProcess> others;

	private static StateStore store;

	@BeforeAll
	static void start() {
		cluster = new HazelcastMembers(3, 1, "hazelcast: {}");
		store = cluster.store(0);
		others = List.of(cluster.startProcess(1), cluster.startProcess(2));
		cluster.awaitSize(3);
	}

	@AfterAll
	static void stop() {
		others.forEach(JavaProcess::close);
		cluster.close();
	}

	@Override
	protected StateStore store() {
		return store;
	}

	@Test
	void describesItself() {
		assertThat(store).hasToString("hazelcast, cache oauth2-state");
		assertThat(store.name()).isEqualTo("hazelcast");
	}

}
