package io.github.oauth2state.benchmarks.growth;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.benchmarks.store.Calls;
import io.github.oauth2state.benchmarks.store.Records;
import io.github.oauth2state.benchmarks.store.StoreApp;
import io.github.oauth2state.store.jdbc.CleanupWork;

/**
 * A database with many logins that are pending, or all of which have expired.
 */
final class FilledPostgresql implements FilledStore {

	private final TestPostgres postgres = TestPostgres.instance();

	private final String database = this.postgres.createDatabase();

	private final StoreApp app = StoreApp.onPostgresql(this.database);

	private double bytesPerRecord = Double.NaN;

	private FilledPostgresql() {
	}

	static FilledPostgresql pending(int records) {
		FilledPostgresql store = new FilledPostgresql();
		store.fill(1, records, "now() + interval '1 hour'");
		store.bytesPerRecord = store.size() / (double) records;
		return store;
	}

	static FilledPostgresql expired(int records) {
		FilledPostgresql store = new FilledPostgresql();
		store.fillExpired(1, records);
		return store;
	}

	/**
	 * Adds records that have expired. An UPDATE of pending ones would leave as many dead
	 * rows.
	 * @param from the number of the first record
	 * @param to the number of the last record
	 */
	void fillExpired(int from, int to) {
		fill(from, to, "now() - interval '1 day'");
	}

	/**
	 * Adds records that expire one after the other. PostgreSQL would store the same time
	 * only once in the index.
	 */
	private void fill(int from, int to, String firstExpiry) {
		// The value is not compressed, as PostgreSQL does not do so with short rows
		this.postgres.execute(this.database, """
				INSERT INTO oauth2_state (record_key, record_value, expires_at)
				SELECT sha256(i::text::bytea), decode(left(repeat(md5(i::text), 21), %d), 'hex'),
					%s + i * interval '1 millisecond'
				FROM generate_series(%d, %d) i""".formatted(2 * Records.LENGTH, firstExpiry, from, to));
	}

	@Override
	public Calls calls() {
		return Calls.of(this.app.store());
	}

	@Override
	public double bytesPerRecord() {
		return this.bytesPerRecord;
	}

	/**
	 * Returns how many bytes the table and its indexes take.
	 */
	long size() {
		return this.postgres.queryNumber(this.database, "SELECT pg_total_relation_size('oauth2_state')");
	}

	/**
	 * Returns a cleanup that has not begun.
	 */
	CleanupWork cleanup() {
		return new CleanupWork(this.app.context());
	}

	/**
	 * Vacuums the table. Autovacuum would do so as well, but when it likes.
	 */
	void vacuum() {
		this.postgres.execute(this.database, "VACUUM oauth2_state");
	}

	@Override
	public void settle() {
		this.postgres.execute(this.database, "VACUUM (ANALYZE) oauth2_state");
		this.postgres.execute(this.database, "CHECKPOINT");
	}

	@Override
	public void close() {
		this.app.close();
		this.postgres.administer("DROP DATABASE " + this.database + " WITH (FORCE)");
	}

}
