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
 * Classifies the failure of a statement, by its SQLState where it has one.
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
	 * The connection broke; or, from a distributed database, a node broke that may have
	 * committed.
	 */
	private static final String COMPLETION_UNKNOWN = "40003";

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
	 * Recognizes a database that does not accept writes at present, such as a standby.
	 * @param failure the failure of a statement
	 * @return whether it may accept writes later
	 */
	static boolean isReadOnly(SQLException failure) {
		return state(failure).startsWith("25") || MYSQL_READ_ONLY.contains(failure.getErrorCode());
	}

	/**
	 * Recognizes deadlocks and similar conflicts.
	 * @param failure the failure of a statement
	 * @return whether the database rolled the statement back in favor of others
	 */
	static boolean isRolledBack(SQLException failure) {
		String state = state(failure);
		return !state.equals(COMPLETION_UNKNOWN)
				&& (failure instanceof SQLTransactionRollbackException || state.startsWith("40"));
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
	 * Recognizes a database that cannot be reached at present. Without a driver, or with
	 * credentials that are refused, it can never be reached.
	 * @param failure why there is no connection
	 * @return whether there may be one later
	 */
	static boolean isUnreachable(SQLException failure) {
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
		return (state.startsWith("08") || state.equals(COMPLETION_UNKNOWN) || isConnectionFailure(failure))
				? Reason.AMBIGUOUS : Reason.REJECTED;
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
			case CONNECTION -> "The database did not answer " + operation;
			case TIMEOUT -> "The database did not answer " + operation + " in time";
			case AMBIGUOUS -> "The connection to the database broke during " + operation;
			case REJECTED -> "The database refused " + operation;
		};
	}

	private static String state(SQLException failure) {
		return Objects.requireNonNullElse(failure.getSQLState(), "");
	}

	/**
	 * Thrown when the database cannot be reached.
	 */
	@SuppressWarnings("serial")
	static final class DatabaseUnreachableException extends RuntimeException {

		DatabaseUnreachableException(SQLException cause) {
			super("The database cannot be reached", cause);
		}

		/**
		 * Describes the cause without the messages of drivers, which may contain data.
		 * @return a description
		 */
		String reason() {
			Throwable root = this;
			while (root.getCause() != null) {
				root = root.getCause();
			}
			SQLException failure = (SQLException) getCause();
			return ((failure != null) ? "SQLState " + failure.getSQLState() + ", " : "") + root.getClass().getName();
		}

	}

}
