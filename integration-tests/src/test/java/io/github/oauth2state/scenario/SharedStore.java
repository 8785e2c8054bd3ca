package io.github.oauth2state.scenario;

import java.util.function.Supplier;

/**
 * The real stores that instances share, each with its cluster.
 */
@SuppressWarnings("ImmutableEnumChecker")
enum SharedStore {

	REDIS(RedisRecords::new),

	POSTGRESQL(PostgresRecords::new);

	private final Supplier<StoredRecords> records;

	private RealCluster cluster;

	SharedStore(Supplier<StoredRecords> records) {
		this.records = records;
	}

	/**
	 * Returns records that belong to nobody else.
	 */
	StoredRecords newRecords() {
		return this.records.get();
	}

	/**
	 * Returns two instances of an app on this store, started once for all tests.
	 */
	synchronized RealCluster cluster() {
		if (this.cluster == null) {
			this.cluster = new RealCluster(this.records.get());
		}
		return this.cluster;
	}

}
