package io.github.oauth2state.authorizationserver;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The table of a
 * {@link org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService}.
 * <p>
 * Every statement is standard SQL, and one transaction. A row is found first and changed
 * by its id, with the whole condition again, so that one that was saved in between stays
 * as it is. Times are bound as the service binds them, so they mean the same whatever the
 * time zones of JVM and database are.
 */
final class AuthorizationTable {

	/**
	 * How many ids are read at once. No index helps to find rows, so reading them in
	 * small batches would read the table again for each.
	 */
	static final int READ_AHEAD = 10_000;

	private static final List<String> CODES_AND_TOKENS = List.of("authorization_code", "access_token", "oidc_id_token",
			"refresh_token", "user_code", "device_code");

	/**
	 * Whether each code and token is absent or has expired, and at least one has. A token
	 * without an expiry is valid for ever.
	 */
	private static final String EXPIRED = each(
			"(%1$s_expires_at < ? OR (%1$s_expires_at IS NULL AND %1$s_value IS NULL))", " AND ") + " AND ("
			+ each("%s_expires_at IS NOT NULL", " OR ") + ")";

	/**
	 * Whether there is nothing but the state of a consent page or of a pushed request.
	 * The server keeps no time with it.
	 */
	private static final String UNDATED = "state IS NOT NULL AND "
			+ each("%1$s_expires_at IS NULL AND %1$s_value IS NULL", " AND ");

	private final JdbcOperations jdbc;

	private final int timeoutSeconds;

	AuthorizationTable(JdbcOperations jdbc, AuthorizationServerProperties.Cleanup cleanup) {
		this.jdbc = jdbc;
		this.timeoutSeconds = Math.toIntExact(cleanup.maxDuration().toSeconds());
	}

	private static String each(String condition, String separator) {
		return CODES_AND_TOKENS.stream().map(condition::formatted).collect(Collectors.joining(separator));
	}

	/**
	 * Finds rows in which everything has expired.
	 * @param before when it has to have expired
	 * @return at most {@link #READ_AHEAD} ids
	 */
	List<String> findExpired(Instant before) {
		return find(EXPIRED, beforeEach(before));
	}

	/**
	 * Removes rows if everything in them has still expired.
	 * @param ids the ids of the rows
	 * @param before when it has to have expired
	 * @return how many were removed
	 */
	int removeExpired(List<String> ids, Instant before) {
		return change("DELETE FROM oauth2_authorization", null, ids, EXPIRED, beforeEach(before));
	}

	private static List<Instant> beforeEach(Instant before) {
		return Collections.nCopies(CODES_AND_TOKENS.size(), before);
	}

	/**
	 * Finds rows that have a state only, and no expiry yet.
	 * @return at most {@link #READ_AHEAD} ids
	 */
	List<String> findUndated() {
		return find(UNDATED, List.of());
	}

	/**
	 * Gives an expiry to rows that still have none. It goes to the column of the
	 * authorization code. The service does not look at it while there is no code, and
	 * overwrites it when the code is issued.
	 * @param ids the ids of the rows
	 * @param expiry the expiry
	 * @return how many rows have got it
	 */
	int date(List<String> ids, Instant expiry) {
		return change("UPDATE oauth2_authorization SET authorization_code_expires_at = ?", expiry, ids, UNDATED,
				List.of());
	}

	private List<String> find(String condition, List<Instant> parameters) {
		return execute("SELECT id FROM oauth2_authorization WHERE " + condition, (statement) -> {
			statement.setMaxRows(READ_AHEAD);
			bind(statement, 1, parameters);
			try (ResultSet rows = statement.executeQuery()) {
				List<String> ids = new ArrayList<>();
				while (rows.next()) {
					ids.add(rows.getString(1));
				}
				return ids;
			}
		});
	}

	private int change(String change, @Nullable Instant value, List<String> ids, String condition,
			List<Instant> parameters) {
		String sql = change + " WHERE id IN (" + String.join(", ", Collections.nCopies(ids.size(), "?")) + ") AND "
				+ condition;
		return execute(sql, (statement) -> {
			int index = bind(statement, 1, (value != null) ? List.of(value) : List.of());
			for (String id : ids) {
				statement.setString(index++, id);
			}
			bind(statement, index, parameters);
			return statement.executeUpdate();
		});
	}

	private static int bind(PreparedStatement statement, int first, List<Instant> times) throws SQLException {
		int index = first;
		for (Instant time : times) {
			statement.setTimestamp(index++, Timestamp.from(time));
		}
		return index;
	}

	/**
	 * Executes a statement on a connection that may be in auto-commit mode or not.
	 */
	@SuppressWarnings("NullAway") // The callback returns no null
	private <T> T execute(String sql, Work<T> work) {
		return this.jdbc.execute((ConnectionCallback<T>) (connection) -> {
			boolean commit = !connection.getAutoCommit();
			try (PreparedStatement statement = connection.prepareStatement(sql)) {
				statement.setQueryTimeout(this.timeoutSeconds);
				T result = work.on(statement);
				if (commit) {
					connection.commit();
				}
				return result;
			}
			catch (SQLException ex) {
				if (commit) {
					connection.rollback();
				}
				throw ex;
			}
		});
	}

	/**
	 * What is done with a statement.
	 *
	 * @param <T> the type of the result
	 */
	@FunctionalInterface
	private interface Work<T> {

		T on(PreparedStatement statement) throws SQLException;

	}

}
