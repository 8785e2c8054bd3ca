package io.github.oauth2state.store.jdbc;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SqlFailures}.
 */
class SqlFailuresTests {

	@ParameterizedTest
	@CsvSource({ "57014,TIMEOUT", "HYT00,TIMEOUT", "08001,CONNECTION", "08003,CONNECTION", "57P01,CONNECTION",
			"08006,AMBIGUOUS", "08S01,AMBIGUOUS", "08007,AMBIGUOUS", "40003,AMBIGUOUS", "42P01,REJECTED",
			"53100,CONNECTION", "53300,CONNECTION", "25006,CONNECTION", "40001,REJECTED", ",REJECTED" })
	void stateTellsTheReason(String state, Reason reason) {
		assertThat(reason(new SQLException("message", state))).isEqualTo(reason);
	}

	@Test
	void typeTellsTheReasonWhereTheStateDoesNot() {
		assertThat(reason(new SQLTimeoutException())).isEqualTo(Reason.TIMEOUT);
		assertThat(reason(new SQLNonTransientConnectionException())).isEqualTo(Reason.AMBIGUOUS);
	}

	@Test
	void socketThatTimedOutIsATimeout() {
		assertThat(reason(new SQLException("message", "08006", new SocketTimeoutException())))
			.isEqualTo(Reason.TIMEOUT);
		assertThat(reason(new SQLException("message", "08006", new IOException()))).isEqualTo(Reason.AMBIGUOUS);
	}

	@Test
	void everyFailureToConnectHadNoEffect() {
		SQLException failure = new SQLTimeoutException();
		StateStoreException exception = SqlFailures.beforeSending("take", failure);
		assertThat(exception.getReason()).isEqualTo(Reason.CONNECTION);
		assertThat(exception).hasCause(failure).hasMessage("No connection to the database for take");
	}

	@Test
	void onlyWhatTheDatabaseUndidIsRepeated() {
		assertThat(SqlFailures.isRolledBack(new SQLException("deadlock", "40P01"))).isTrue();
		assertThat(SqlFailures.isRolledBack(new SQLTransactionRollbackException())).isTrue();
		assertThat(SqlFailures.isRolledBack(new SQLException("serialization", "40001"))).isTrue();
		assertThat(SqlFailures.isRolledBack(new SQLException("unknown", "40003"))).isFalse();
		assertThat(SqlFailures.isRolledBack(new SQLTransactionRollbackException("unknown", "40003"))).isFalse();
		assertThat(SqlFailures.isRolledBack(new SQLException("broken", "08006"))).isFalse();
		assertThat(SqlFailures.isRolledBack(new SQLException())).isFalse();
	}

	@Test
	void onlyADuplicateKeyIsADuplicateKey() {
		assertThat(SqlFailures.isDuplicateKey(new SQLException("duplicate", "23505"))).isTrue();
		assertThat(SqlFailures.isDuplicateKey(new SQLException("check", "23514"))).isFalse();
	}

	private static Reason reason(SQLException failure) {
		return SqlFailures.afterSending("take", failure).getReason();
	}

}
