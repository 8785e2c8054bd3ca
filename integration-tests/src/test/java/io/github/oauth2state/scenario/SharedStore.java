package io.github.oauth2state.scenario;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The real stores that instances share, each with its cluster.
 */
@SuppressWarnings("ImmutableEnumChecker")
enum SharedStore {

	REDIS(RedisRecords::new),

	POSTGRESQL(PostgresRecords::new);

	private final Supplier<StoredRecords> records;

	private final Map<Stack, RealCluster> clusters = new EnumMap<>(Stack.class);

	SharedStore(Supplier<StoredRecords> records) {
		this.records = records;
	}

	/**
	 * Returns records that belong to nobody else.
	 */
	StoredRecords newRecords() {
		return this.records.get();
	}

	RealCluster cluster() {
		return cluster(Stack.SERVLET);
	}

	/**
	 * Returns two instances of an app on this store, started once for all tests.
	 */
	synchronized RealCluster cluster(Stack stack) {
		return this.clusters.computeIfAbsent(stack, (key) -> new RealCluster(key, newRecords()));
	}

}
