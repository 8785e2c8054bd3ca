package io.github.oauth2state.store.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link JdbcStateStore} on a database that rolls statements back in favor of
 * others, as those that are distributed often do.
 */
class RolledBackStatementTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final byte[] VALUE = { 42 };

	private final RefusingDataSource refusing = new RefusingDataSource(
			new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1"));

	private final JdbcStateStore store = TestStores.create(this.refusing, Duration.ofSeconds(10));

	private final StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());

	@BeforeEach
	void put() {
		this.store.putIfAbsent(this.key, VALUE, MINUTE);
	}

	@AfterEach
	void close() {
		this.store.destroy();
	}

	@ParameterizedTest
	@CsvSource({ "40001,1", "40001,2", "40001,11", "40P01,1" })
	void statementThatWasRolledBackIsRepeated(String state, int times) {
		this.refusing.refuse(state, times);
		assertThat(this.store.take(this.key)).contains(VALUE);
		assertThat(this.refusing.executions()).isEqualTo(times + 1);
		this.refusing.refuse(state, times);
		assertThat(this.store.putIfAbsent(this.key, VALUE, MINUTE)).isEmpty();
		assertThat(this.refusing.executions()).isEqualTo(times + 1);
		this.refusing.refuse(state, times);
		assertThat(this.store.remove(this.key, VALUE)).isTrue();
		assertThat(this.refusing.executions()).isEqualTo(times + 1);
	}

	@Test
	void statementThatIsAlwaysRolledBackFailsWithoutAnEffect() {
		this.refusing.refuse("40001", Integer.MAX_VALUE);
		assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> this.store.take(this.key))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(Reason.REJECTED));
		assertThat(this.refusing.executions()).isEqualTo(12);
		this.refusing.refuse("40001", 0);
		assertThat(this.store.take(this.key)).contains(VALUE);
	}

	/**
	 * A database that does not know whether it committed. A second take would find
	 * nothing, although the first had the record.
	 */
	@Test
	void statementThatMayHaveBeenCommittedIsAmbiguousAndNotRepeated() {
		this.refusing.refuse("40003", 1);
		assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> this.store.take(this.key))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(Reason.AMBIGUOUS));
		assertThat(this.refusing.executions()).isEqualTo(1);
	}

	/**
	 * Refuses to execute statements. The store derives no pool of its own from it.
	 */
	private static final class RefusingDataSource extends DelegatingDataSource {

		private final AtomicInteger left = new AtomicInteger();

		private final AtomicInteger executions = new AtomicInteger();

		private String state = "";

		RefusingDataSource(DataSource target) {
			super(target);
		}

		void refuse(String state, int times) {
			this.state = state;
			this.left.set(times);
			this.executions.set(0);
		}

		int executions() {
			return this.executions.get();
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = super.getConnection();
			return proxy(Connection.class, connection, (result) -> (result instanceof PreparedStatement statement)
					? proxy(PreparedStatement.class, statement, (answer) -> answer) : result);
		}

		private <T> T proxy(Class<T> type, T target, Result result) {
			Object proxy = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
					(self, method, arguments) -> {
						if (method.getName().startsWith("execute")) {
							this.executions.incrementAndGet();
							if (this.left.getAndDecrement() > 0) {
								throw new SQLException("Refused by a test", this.state);
							}
						}
						try {
							return result.of(method.invoke(target, arguments));
						}
						catch (InvocationTargetException ex) {
							throw ex.getTargetException();
						}
					});
			return type.cast(proxy);
		}

		@FunctionalInterface
		private interface Result {

			Object of(Object result);

		}

	}

}
