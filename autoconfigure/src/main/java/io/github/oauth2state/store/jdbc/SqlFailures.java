package io.github.oauth2state.store.jdbc;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Tells what became of a statement that failed, by the SQLState where there is one.
 */
final class SqlFailures {

	/**
	 * Query cancelled (PostgreSQL; MariaDB and MySQL), timeout expired.
	 */
	private static final Set<String> TIMEOUT = Set.of("57014", "70100", "HYT00", "HYT01");

	/**
	 * No connection made, none open, one refused; and the server shuts down or starts.
	 */
	private static final Set<String> NOT_CONNECTED = Set.of("08001", "08003", "08004", "57P01", "57P02", "57P03");

	/**
	 * Disk full, out of memory, too many connections.
	 */
	private static final String OUT_OF_RESOURCES = "53";

	private static final String REFUSED_CREDENTIALS = "28";

	/**
	 * MySQL and MariaDB have one SQLState for all constraints.
	 */
	private static final int MYSQL_DUPLICATE_KEY = 1062;

	/**
	 * Started with that option, or in that mode.
	 */
	private static final Set<Integer> MYSQL_READ_ONLY = Set.of(1290, 1836);

	private SqlFailures() {
	}

	static boolean isDuplicateKey(SQLException failure) {
		return state(failure).equals("23505")
				|| (state(failure).equals("23000") && failure.getErrorCode() == MYSQL_DUPLICATE_KEY);
	}

	/**
	 * Tells a database that takes no writes at present, as a standby does.
	 * @param failure what happened
	 * @return whether it may take writes later
	 */
	static boolean isReadOnly(SQLException failure) {
		return state(failure).startsWith("25") || MYSQL_READ_ONLY.contains(failure.getErrorCode());
	}

	/**
	 * Deadlocks and the like.
	 * @param failure what happened
	 * @return whether the database has undone the statement for the sake of others
	 */
	static boolean isRolledBack(SQLException failure) {
		return failure instanceof SQLTransactionRollbackException || state(failure).startsWith("40");
	}

	/**
	 * Finds the failure of a driver behind that of a pool.
	 * @param failure what the pool threw
	 * @return the last {@code SQLException} in the chain of causes, or {@code null} if
	 * the chain has no such exception
	 */
	static @Nullable SQLException in(Throwable failure) {
		return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
			.filter(SQLException.class::isInstance)
			.map(SQLException.class::cast)
			.reduce((outer, inner) -> inner)
			.orElse(null);
	}

	/**
	 * Tells a database that cannot be reached at present from one that can never be, for
	 * want of a driver or with these credentials.
	 * @param failure why there is no connection
	 * @return whether there may be one later
	 */
	static boolean isAway(SQLException failure) {
		String state = state(failure);
		if (state.startsWith(REFUSED_CREDENTIALS) || isWithoutDriver(failure)) {
			return false;
		}
		return state.startsWith("08") || NOT_CONNECTED.contains(state) || state.startsWith(OUT_OF_RESOURCES)
				|| TIMEOUT.contains(state) || failure instanceof SQLTimeoutException || isConnectionFailure(failure);
	}

	private static boolean isWithoutDriver(SQLException failure) {
		// The same SQLState as that of a connection that was refused
		return Objects.requireNonNullElse(failure.getMessage(), "").startsWith("No suitable driver");
	}

	static StateStoreException beforeSending(String operation, SQLException failure) {
		return new StateStoreException(Reason.CONNECTION, "No connection to the database for " + operation, failure);
	}

	static StateStoreException afterSending(String operation, SQLException failure) {
		Reason reason = reason(failure);
		return new StateStoreException(reason, message(operation, reason), failure);
	}

	private static Reason reason(SQLException failure) {
		String state = state(failure);
		if (failure instanceof SQLTimeoutException || TIMEOUT.contains(state) || isSocketTimeout(failure)) {
			return Reason.TIMEOUT;
		}
		if (NOT_CONNECTED.contains(state) || state.startsWith(OUT_OF_RESOURCES) || isReadOnly(failure)) {
			return Reason.CONNECTION;
		}
		return (state.startsWith("08") || isConnectionFailure(failure)) ? Reason.AMBIGUOUS : Reason.REJECTED;
	}

	private static boolean isConnectionFailure(SQLException failure) {
		return failure instanceof SQLNonTransientConnectionException
				|| failure instanceof SQLTransientConnectionException || failure instanceof SQLRecoverableException;
	}

	private static boolean isSocketTimeout(SQLException failure) {
		return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
			.anyMatch(SocketTimeoutException.class::isInstance);
	}

	private static String message(String operation, Reason reason) {
		return switch (reason) {
			case CONNECTION -> "The database went away before, or does not serve, " + operation;
			case TIMEOUT -> "The database did not answer in time to " + operation;
			case AMBIGUOUS -> "The connection to the database broke during " + operation;
			case REJECTED -> "The database refused " + operation;
		};
	}

	private static String state(SQLException failure) {
		return Objects.requireNonNullElse(failure.getSQLState(), "");
	}

}
