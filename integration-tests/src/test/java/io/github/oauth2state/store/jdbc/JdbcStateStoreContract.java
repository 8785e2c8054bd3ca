package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.test.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link JdbcStateStore} must do on every database.
 */
abstract class JdbcStateStoreContract extends StateStoreContract {

	private static HikariDataSource app;

	private static JdbcStateStore store;

	private final Database database;

	JdbcStateStoreContract(Database database) {
		this.database = database;
	}

	@Override
	protected StateStore store() {
		if (store == null) {
			app = TestStores.app(this.database);
			store = TestStores.create(app, Duration.ofSeconds(10));
		}
		return called(store);
	}

	/**
	 * Returns the store as a caller of the other stack calls it.
	 */
	StateStore called(JdbcStateStore store) {
		return store;
	}

	@AfterAll
	static void close() {
		store.destroy();
		app.close();
		store = null;
	}

	@Test
	void describesItself() {
		assertThat(store()).asString().isEqualTo("jdbc, table oauth2_state on " + this.database);
	}

	/**
	 * Nobody but somebody else can have written it.
	 */
	@Test
	void recordThatIsTooLongIsNotReadWhole() {
		StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
		assertThat(store().putIfAbsent(key, new byte[1], Duration.ofMinutes(1))).isEmpty();
		if (this.database == Database.H2) {
			new JdbcTemplate(app).execute("ALTER TABLE oauth2_state ALTER COLUMN record_value VARBINARY(1000000)");
		}
		JdbcTemplate other = new JdbcTemplate(app);
		String overwrite = "UPDATE oauth2_state SET record_value = ? WHERE record_key = ?";
		other.update(overwrite, new byte[1_000_000], key.toByteArray());
		byte[] cut = new byte[64 * 1024 + 1];
		assertThat(store().find(key)).contains(cut);
		assertThat(store().putIfAbsent(key, new byte[1], Duration.ofMinutes(1))).contains(cut);
		assertThat(store().replace(key, cut, new byte[] { 2 }, Duration.ofMinutes(1))).isTrue();
		assertThat(store().find(key)).contains(new byte[] { 2 });
		other.update(overwrite, new byte[1_000_000], key.toByteArray());
		assertThat(store().remove(key, new byte[] { 2 })).isFalse();
		assertThat(store().take(key)).contains(cut);
		assertThat(store().find(key)).isEmpty();
	}

}
