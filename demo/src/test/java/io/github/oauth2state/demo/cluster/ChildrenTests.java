package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.oauth2state.demo.store.StoreServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ChildrenTests {

	private final Children children = new Children();

	@TempDir
	private Path logs;

	@AfterEach
	void end() {
		this.children.close();
	}

	@Test
	void endTheirProcesses() {
		Child child = store("0");
		this.children.start(child);
		assertThat(child.isAlive()).isTrue();
		this.children.close();
		assertThat(child.isAlive()).isFalse();
	}

	@Test
	void startNothingOnceTheEndHasBegun() {
		this.children.close();
		Child child = store("0");
		assertThatExceptionOfType(ClusterException.class).isThrownBy(() -> this.children.start(child));
		assertThat(child.isAlive()).isFalse();
	}

	@Test
	void processThatCannotBeStartedShowsTheEndOfItsLog() {
		Child child = store("nonsense");
		this.children.start(child);
		assertThatExceptionOfType(ClusterException.class).isThrownBy(() -> child.awaitReady(() -> {
		}))
			.withMessageContaining("The store has ended with status 1")
			.withMessageContaining("nonsense")
			.withMessageContaining("store.log");
	}

	private Child store(String port) {
		Probe never = () -> {
			throw new IOException("Not ready");
		};
		ProcessBuilder builder = new ProcessBuilder(Jvm.main(StoreServer.class, List.of(port)));
		return new Child("store", URI.create("http://localhost:1"), never, builder, this.logs);
	}

}
