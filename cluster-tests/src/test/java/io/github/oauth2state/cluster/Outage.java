package io.github.oauth2state.cluster;

import java.time.Duration;
import java.util.Set;

import io.github.oauth2state.backends.TcpProxy;

/**
 * Something that happens to a store, and ends.
 *
 * @param name what happens
 * @param begin lets it happen
 * @param end ends it
 * @param paths where logins may be pending that begin meanwhile
 * @param records what becomes of the records of logins that began before
 */
record Outage(String name, Runnable begin, Runnable end, Set<String> paths, Records records) {

	private static final String SHARED = "shared";

	/**
	 * Fallback of apps with {@code on-store-failure: cookie}.
	 */
	private static final String COOKIE = "cookie";

	/**
	 * The store cannot be used until the end.
	 */
	static Outage total(String name, Runnable begin, Runnable end, Records records) {
		return new Outage(name, begin, end, Set.of(COOKIE), records);
	}

	/**
	 * The store can be used again before the end.
	 */
	static Outage passing(String name, Runnable begin, Runnable end, Records records) {
		return new Outage(name, begin, end, Set.of(SHARED, COOKIE), records);
	}

	/**
	 * The network to the store does not do what it should.
	 */
	static Outage ofNetwork(String name, TcpProxy network, TcpProxy.Mode mode, Records records) {
		return total(name, () -> network.set(mode), () -> network.set(TcpProxy.Mode.FORWARD), records);
	}

	/**
	 * The store is far away, and can be used all the time.
	 */
	static Outage ofDistance(TcpProxy network, Duration delay) {
		return new Outage(delay.toMillis() + " ms away", () -> network.delay(delay), () -> network.delay(Duration.ZERO),
				Set.of(SHARED), Records.KEPT);
	}

	boolean isTotal() {
		return !this.paths.contains(SHARED);
	}

	boolean isPassing() {
		return !isTotal() && !isHarmless();
	}

	boolean isHarmless() {
		return !this.paths.contains(COOKIE);
	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * What becomes of records.
	 */
	enum Records {

		/**
		 * They are there afterwards: no login is begun anew.
		 */
		KEPT(0, 0),

		/**
		 * The store has forgotten them: the app begins each login anew.
		 */
		LOST(1, 1),

		/**
		 * They may have been taken for a callback that was never told so.
		 */
		PERHAPS_TAKEN(0, 1);

		private final int leastRestarts;

		private final int mostRestarts;

		Records(int leastRestarts, int mostRestarts) {
			this.leastRestarts = leastRestarts;
			this.mostRestarts = mostRestarts;
		}

		boolean explain(int restarts) {
			return restarts >= this.leastRestarts && restarts <= this.mostRestarts;
		}

	}

}
