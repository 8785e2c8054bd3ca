package io.github.oauth2state.scenario;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.github.oauth2state.backends.TestPostgres;

/**
 * The records in a real PostgreSQL.
 */
final class PostgresRecords implements StoredRecords {

	private final TestPostgres postgres = TestPostgres.instance();

	private final String database = this.postgres.createDatabase();

	String database() {
		return this.database;
	}

	/**
	 * Returns how long the only record has to live.
	 */
	long secondsToLive() {
		return this.postgres.queryNumber(this.database,
				"SELECT CAST(extract(epoch FROM expires_at - now()) AS bigint) FROM oauth2_state");
	}

	@Override
	public List<String> properties() {
		return List.of("oauth2-state.store=jdbc", "oauth2-state.jdbc.initialize-schema=always",
				"oauth2-state.jdbc.cleanup.enabled=false", "spring.datasource.url=" + this.postgres.url(this.database),
				"spring.datasource.username=" + this.postgres.username(),
				"spring.datasource.password=" + this.postgres.password(),
				"spring.autoconfigure.exclude=org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration");
	}

	@Override
	public int callsDuring(Runnable work) {
		Map<String, Integer> calls = this.postgres.callsDuring(this.database, work);
		return calls.values().stream().mapToInt(Integer::intValue).sum();
	}

	@Override
	public long size() {
		return this.postgres.queryNumber(this.database, "SELECT count(*) FROM oauth2_state");
	}

	@Override
	public long bytes() {
		return this.postgres.queryNumber(this.database, "SELECT pg_total_relation_size('oauth2_state')");
	}

	@Override
	public void rewrite(UnaryOperator<byte[]> change) {
		try (Connection connection = this.postgres.connect(this.database);
				Statement statement = connection.createStatement();
				PreparedStatement update = connection
					.prepareStatement("UPDATE oauth2_state SET record_value = ? WHERE record_key = ?")) {
			ResultSet rows = statement.executeQuery("SELECT record_value, record_key FROM oauth2_state");
			while (rows.next()) {
				update.setBytes(1, change.apply(rows.getBytes(1)));
				update.setBytes(2, rows.getBytes(2));
				update.executeUpdate();
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void swap() {
		this.postgres.execute(this.database, """
				UPDATE oauth2_state one SET record_value = other.record_value
				FROM oauth2_state other WHERE one.record_key <> other.record_key""");
	}

	@Override
	public void expireAll() {
		this.postgres.execute(this.database, "UPDATE oauth2_state SET expires_at = now() - INTERVAL '1 second'");
	}

	@Override
	public void clear() {
		this.postgres.execute(this.database, "TRUNCATE oauth2_state");
	}

}
