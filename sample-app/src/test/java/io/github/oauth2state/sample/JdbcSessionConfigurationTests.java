package io.github.oauth2state.sample;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

class JdbcSessionConfigurationTests {

	private final DriverManagerDataSource dataSource = new DriverManagerDataSource(
			"jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");

	@Test
	void instancesThatStartTogetherCreateOneSchema() {
		CompletableFuture<?>[] starts = new CompletableFuture<?>[8];
		for (int i = 0; i < starts.length; i++) {
			starts[i] = CompletableFuture.runAsync(this::start);
		}
		CompletableFuture.allOf(starts).join();
		assertThat(sessions()).isZero();
	}

	@Test
	void laterStartKeepsWhatIsThere() {
		start();
		new JdbcTemplate(this.dataSource).update("""
				INSERT INTO SPRING_SESSION (PRIMARY_ID, SESSION_ID, CREATION_TIME, LAST_ACCESS_TIME,
				MAX_INACTIVE_INTERVAL, EXPIRY_TIME) VALUES ('a', 'b', 0, 0, 0, 0)""");
		start();
		assertThat(sessions()).isOne();
	}

	private void start() {
		DataSourceScriptDatabaseInitializer schema = new JdbcSessionConfiguration().sessionSchema(this.dataSource);
		schema.initializeDatabase();
	}

	private int sessions() {
		Integer sessions = new JdbcTemplate(this.dataSource).queryForObject("""
				SELECT COUNT(DISTINCT S.PRIMARY_ID) FROM SPRING_SESSION S
				LEFT JOIN SPRING_SESSION_ATTRIBUTES A ON A.SESSION_PRIMARY_ID = S.PRIMARY_ID""", Integer.class);
		return (sessions != null) ? sessions : -1;
	}

}
