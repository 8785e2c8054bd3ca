package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

import io.github.oauth2state.StateKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JdbcStateStore} within transactions of the app.
 */
@Timeout(60)
class JdbcTransactionTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final HikariDataSource pool = TestStores.app(Database.POSTGRESQL);

	private final StateKey there = StateKey.of("app", "test", UUID.randomUUID().toString());

	private final StateKey absent = StateKey.of("app", "test", UUID.randomUUID().toString());

	@AfterEach
	void close() {
		this.pool.close();
	}

	@ParameterizedTest
	@EnumSource(AppDataSource.class)
	void rollbackUndoesNothing(AppDataSource kind) {
		DataSource app = kind.of(this.pool);
		JdbcStateStore store = store(app);
		transaction(app).executeWithoutResult((status) -> {
			assertThat(store.take(this.there)).isPresent();
			assertThat(store.putIfAbsent(this.absent, new byte[1], MINUTE)).isEmpty();
			status.setRollbackOnly();
		});
		assertThat(store.find(this.there)).isEmpty();
		assertThat(store.find(this.absent)).isPresent();
		store.destroy();
	}

	@ParameterizedTest
	@EnumSource(AppDataSource.class)
	void everyoneSeesARecordBeforeTheCallerCommits(AppDataSource kind) {
		DataSource app = kind.of(this.pool);
		JdbcStateStore store = store(app);
		transaction(app).executeWithoutResult((status) -> {
			store.putIfAbsent(this.absent, new byte[1], MINUTE);
			assertThat(onAnotherThread(() -> store.take(this.absent))).isPresent();
		});
		store.destroy();
	}

	@Test
	void transactionsThatHoldAllConnectionsOfTheAppDoNotBlockTheStore() throws Exception {
		this.pool.setMaximumPoolSize(2);
		JdbcStateStore store = store(this.pool);
		CountDownLatch bothHold = new CountDownLatch(2);
		ExecutorService executor = Executors.newFixedThreadPool(2);
		Callable<Boolean> login = () -> transaction(this.pool).execute((status) -> {
			await(bothHold);
			StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
			store.putIfAbsent(key, new byte[1], MINUTE);
			return store.take(key).isPresent();
		});
		Future<Boolean> first = executor.submit(login);
		Future<Boolean> second = executor.submit(login);
		assertThat(first.get()).isTrue();
		assertThat(second.get()).isTrue();
		executor.shutdown();
		store.destroy();
	}

	@Test
	void connectionThatIsNotOursComesBackAsItWas() throws SQLException {
		try (Connection connection = this.pool.getConnection()) {
			connection.setAutoCommit(false);
			connection.setNetworkTimeout(Runnable::run, 12_345);
			SingleConnectionDataSource app = new SingleConnectionDataSource(connection, true);
			JdbcStateStore store = TestStores.create(app, Duration.ofSeconds(10));
			store.putIfAbsent(this.there, new byte[1], MINUTE);
			assertThat(store.take(this.there)).isPresent();
			assertThat(connection.getAutoCommit()).isFalse();
			assertThat(connection.getNetworkTimeout()).isEqualTo(12_345);
		}
	}

	@Test
	void closingTheStoreLeavesTheAppItsPool() throws SQLException {
		JdbcStateStore store = store(this.pool);
		store.destroy();
		try (Connection connection = this.pool.getConnection()) {
			assertThat(connection.isValid(5)).isTrue();
		}
	}

	private JdbcStateStore store(DataSource app) {
		JdbcStateStore store = TestStores.create(app, Duration.ofSeconds(10));
		store.putIfAbsent(this.there, new byte[1], MINUTE);
		return store;
	}

	private static TransactionTemplate transaction(DataSource app) {
		return new TransactionTemplate(new DataSourceTransactionManager(app));
	}

	private static <T> T onAnotherThread(Callable<T> work) {
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			return executor.submit(work).get();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			executor.shutdown();
		}
	}

	private static void await(CountDownLatch latch) {
		latch.countDown();
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The kinds of data source that apps have.
	 */
	enum AppDataSource {

		HIKARI, HIKARI_BEHIND_LAZY_PROXY, HIKARI_BEHIND_TRANSACTION_AWARE_PROXY, OTHER,
		OTHER_BEHIND_TRANSACTION_AWARE_PROXY;

		DataSource of(HikariDataSource pool) {
			DriverManagerDataSource other = new DriverManagerDataSource(pool.getJdbcUrl(), pool.getUsername(),
					pool.getPassword());
			return switch (this) {
				case HIKARI -> pool;
				case HIKARI_BEHIND_LAZY_PROXY -> new LazyConnectionDataSourceProxy(pool);
				case HIKARI_BEHIND_TRANSACTION_AWARE_PROXY -> new TransactionAwareDataSourceProxy(pool);
				case OTHER -> other;
				case OTHER_BEHIND_TRANSACTION_AWARE_PROXY -> new TransactionAwareDataSourceProxy(other);
			};
		}

	}

}
