package io.github.oauth2state.store.jdbc;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * A {@link SessionIndex} in the table of the store. A row is a session or a logout under
 * one name.
 * <p>
 * Its key is half of the name, its kind, and the first bytes of its id. Its value begins
 * with its time, written so that the order of times is that of bytes, and goes on with
 * the other bytes of the id and the value of a session. Each statement has a transaction
 * of its own: one side writes its session and then looks for logouts, and the other side
 * writes its logout and then looks for sessions, so that at least one sees the other.
 */
final class JdbcSessionIndex implements SessionIndex {

	private static final byte SESSION = 1;

	private static final byte LOGOUT = 2;

	private static final int NAME_LENGTH = 16;

	private static final int ID_LENGTH = StateKey.LENGTH - NAME_LENGTH - 1;

	private static final int ATTEMPTS = 10;

	/**
	 * How many keys a statement has at most. Databases allow some ten thousand.
	 */
	private static final int BATCH = 1024;

	/**
	 * Greater than every value.
	 */
	private static final byte[] NEVER = filled(Long.BYTES + 1, 0xff);

	private final StateStatements statements;

	private final ChosenDatabase database;

	private final TableName table;

	JdbcSessionIndex(StateStatements statements, ChosenDatabase database, TableName table) {
		this.statements = statements;
		this.database = database;
		this.table = table;
	}

	@Override
	public boolean add(Collection<StateKey> names, IndexedSession session, Duration ttl) {
		SessionSql sql = sql("add");
		List<byte[]> keys = keys(names, List.of(session.id()));
		if (keys.isEmpty()) {
			return true;
		}
		byte[] value = value(session.since(), session.id(), session.checkedValue());
		put(sql.add(keys.size()), keys.stream().flatMap((key) -> Stream.of(key, value, millis(ttl))).toArray());
		Object[] logouts = names.stream()
			.distinct()
			.flatMap((name) -> Stream.of(first(name, LOGOUT), last(name, LOGOUT),
					time(session.since().getEpochSecond())))
			.toArray();
		if (this.statements.rows("add", sql.reaches(keys.size()), (row) -> row.getInt(1), logouts).isEmpty()) {
			return true;
		}
		remove("add", keys);
		return false;
	}

	/**
	 * Repeats a statement that met another one for the same session. Only H2 lets that
	 * fail.
	 */
	private void put(String sql, Object... parameters) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			if (this.statements.insert("add", sql, parameters)) {
				return;
			}
		}
		throw new StateStoreException(Reason.REJECTED, "JDBC add failed: the session kept changing", null);
	}

	@Override
	public List<IndexedSession> find(StateKey name) {
		return find("find", name, NEVER);
	}

	private List<IndexedSession> find(String operation, StateKey name, byte[] before) {
		return this.statements
			.rows(operation, sql(operation).find(), JdbcSessionIndex::session, first(name, SESSION),
					last(name, SESSION), before)
			.stream()
			.flatMap(Optional::stream)
			.toList();
	}

	@Override
	public Logout logOut(StateKey name, StateKey logout, Instant at, Duration ttl) {
		// Not with the early commit that the store may use
		StateSql sql = this.database.kindFor("logOut").sql(this.table, false);
		byte[] key = key(name, LOGOUT, logout);
		byte[] value = value(at, logout, new byte[0]);
		boolean fresh = this.statements.insert("logOut", sql.put(), key, value, millis(ttl))
				|| (sql.putOverExpired() != null
						&& this.statements.update("logOut", sql.putOverExpired(), value, millis(ttl), key) == 1);
		return new Logout(!fresh, find("logOut", name, time(at.getEpochSecond() + 1)));
	}

	@Override
	public void remove(Collection<StateKey> names, Collection<StateKey> ids) {
		remove("remove", keys(names, ids));
	}

	private void remove(String operation, List<byte[]> keys) {
		SessionSql sql = sql(operation);
		for (int from = 0; from < keys.size(); from += BATCH) {
			List<byte[]> batch = new ArrayList<>(keys.subList(from, Math.min(from + BATCH, keys.size())));
			// Few different statements, for those who keep them prepared
			while (Integer.bitCount(batch.size()) > 1) {
				batch.add(batch.get(0));
			}
			this.statements.update(operation, sql.remove(batch.size()), batch.toArray());
		}
	}

	private SessionSql sql(String operation) {
		return this.database.kindFor(operation).sessionSql(this.table);
	}

	/**
	 * Returns keys in their order, so that statements lock rows in the same order.
	 */
	private static List<byte[]> keys(Collection<StateKey> names, Collection<StateKey> ids) {
		return names.stream()
			.distinct()
			.flatMap((name) -> ids.stream().distinct().map((id) -> key(name, SESSION, id)))
			.sorted(Arrays::compareUnsigned)
			.toList();
	}

	private static byte[] key(StateKey name, byte kind, StateKey id) {
		return key(name, kind, Arrays.copyOf(id.toByteArray(), ID_LENGTH));
	}

	private static byte[] first(StateKey name, byte kind) {
		return key(name, kind, filled(ID_LENGTH, 0));
	}

	private static byte[] last(StateKey name, byte kind) {
		return key(name, kind, filled(ID_LENGTH, 0xff));
	}

	/**
	 * Has the second half of the name, as a record of the store under that name would
	 * begin with the first.
	 */
	private static byte[] key(StateKey name, byte kind, byte[] id) {
		return ByteBuffer.allocate(StateKey.LENGTH)
			.put(name.toByteArray(), StateKey.LENGTH - NAME_LENGTH, NAME_LENGTH)
			.put(kind)
			.put(id)
			.array();
	}

	private static byte[] value(Instant time, StateKey id, byte[] value) {
		return ByteBuffer.allocate(Long.BYTES + StateKey.LENGTH - ID_LENGTH + value.length)
			.put(time(time.getEpochSecond()))
			.put(id.toByteArray(), ID_LENGTH, StateKey.LENGTH - ID_LENGTH)
			.put(value)
			.array();
	}

	/**
	 * Databases compare bytes as unsigned.
	 */
	private static byte[] time(long seconds) {
		return ByteBuffer.allocate(Long.BYTES).putLong(seconds ^ Long.MIN_VALUE).array();
	}

	private static Optional<IndexedSession> session(ResultSet row) throws SQLException {
		byte[] key = row.getBytes(1);
		ByteBuffer value = ByteBuffer.wrap(row.getBytes(2));
		if (key.length != StateKey.LENGTH || value.remaining() < Long.BYTES + StateKey.LENGTH - ID_LENGTH) {
			return Optional.empty();
		}
		long since = value.getLong() ^ Long.MIN_VALUE;
		byte[] id = Arrays.copyOfRange(key, StateKey.LENGTH - ID_LENGTH, 2 * StateKey.LENGTH - ID_LENGTH);
		value.get(id, ID_LENGTH, StateKey.LENGTH - ID_LENGTH);
		byte[] rest = new byte[value.remaining()];
		value.get(rest);
		return IndexedSession.of(id, since, rest);
	}

	private static byte[] filled(int length, int value) {
		byte[] bytes = new byte[length];
		Arrays.fill(bytes, (byte) value);
		return bytes;
	}

	private static long millis(Duration ttl) {
		return Math.max(1, ttl.toMillis());
	}

}
