package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link IndexUpdates}: a session that cannot be added is tried again.
 */
class IndexUpdatesTests {

	private static final OidcUser ALICE = Tokens.user("s1", "alice");

	private final FakeIndex index = new FakeIndex();

	private final List<String> deleted = new ArrayList<>();

	private final IndexedSessions sessions = new IndexedSessions(this.index, this.deleted::add, "app",
			InstantSource.system());

	private final IndexUpdates updates = new IndexUpdates(this.sessions, InstantSource.system(), Duration.ofMillis(50),
			Duration.ofMillis(20));

	@AfterEach
	void stop() {
		this.updates.stop();
	}

	@Test
	void sessionIsAddedWhenTheStoreIsBackHoweverLongThatTakes() {
		this.index.failing = true;
		this.updates.addLogin(null, ALICE).accept("one");
		pause(300);
		this.index.failing = false;
		await(() -> size() == 1);
		assertThat(this.index.ttls).containsExactly(Duration.ofDays(60));
		pause(100);
		assertThat(this.index.ttls).hasSize(1);
	}

	@Test
	void sessionThatWasRemovedMeanwhileIsNotAdded() {
		this.index.failing = true;
		this.updates.addLogin(null, ALICE).accept("one");
		this.updates.remove("one", ALICE);
		this.index.failing = false;
		pause(200);
		assertThat(size()).isZero();
	}

	@Test
	void sessionThatWasAddedAgainMeanwhileIsAddedOnce() {
		this.index.failing = true;
		this.updates.addLogin(null, ALICE).accept("one");
		this.index.failing = false;
		this.updates.addLogin(null, ALICE).accept("one");
		pause(200);
		assertThat(this.index.ttls).hasSize(1);
	}

	private int size() {
		return this.index.find(SessionName.of("app", ALICE).get(0).key()).size();
	}

	private static void await(BooleanSupplier condition) {
		for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
			pause(20);
		}
		assertThat(condition.getAsBoolean()).isTrue();
	}

	private static void pause(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
