package io.github.oauth2state.store.jdbc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.jdbc.core.JdbcTemplate;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.backends.PostgresProcess;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link JdbcStateStore} on a PostgreSQL that is killed and started again.
 */
@Timeout(180)
@Tag("full")
class PostgresCrashTests {

	private static final Duration TTL = Duration.ofMinutes(10);

	@TempDir
	private Path directory;

	private PostgresProcess server;

	private HikariDataSource app;

	private JdbcStateStore store;

	@AfterEach
	void close() {
		this.store.destroy();
		this.app.close();
		this.server.close();
	}

	@Test
	void pendingLoginsOutliveACrash() {
		start(false);
		StateKey pending = put();
		StateKey taken = put();
		this.store.take(taken);
		crashAndRestart(pending);
		assertThat(this.store.take(pending)).contains(new byte[] { 1 });
		assertThat(this.store.take(taken)).isEmpty();
		assertThat(this.store.take(put())).isPresent();
	}

	@Test
	void unloggedTableIsEmptyAfterACrashAndGoesOn() {
		start(true);
		StateKey pending = put();
		crashAndRestart(pending);
		assertThat(this.store.take(pending)).isEmpty();
		assertThat(this.store.take(put())).isPresent();
	}

	private StateKey put() {
		StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
		assertThat(this.store.putIfAbsent(key, new byte[] { 1 }, TTL)).isEmpty();
		return key;
	}

	private void start(boolean unlogged) {
		this.server = PostgresProcess.start(this.directory);
		this.app = new HikariDataSource();
		this.app.setJdbcUrl(this.server.url(this.server.host(), this.server.port()));
		StateSchemaInitializer initializer = new StateSchemaInitializer(
				ChosenDatabase.of(this.app, Database.POSTGRESQL), TableName.DEFAULT, DatabaseInitializationMode.ALWAYS,
				unlogged);
		initializer.setResourceLoader(new DefaultResourceLoader());
		initializer.initializeDatabase();
		// Creating the table is not what the crash may undo
		new JdbcTemplate(this.app).execute("CHECKPOINT");
		this.store = TestStores.onTable(this.app, Database.POSTGRESQL, Duration.ofSeconds(1));
	}

	private void crashAndRestart(StateKey key) {
		this.server.kill();
		assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> this.store.find(key));
		this.server.start();
		Awaitility.await().ignoreExceptionsInstanceOf(StateStoreException.class).until(() -> {
			this.store.find(key);
			return true;
		});
	}

}
