package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

import io.github.oauth2state.backends.RedisProcess;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;
import io.github.oauth2state.backends.TestPostgres;

/**
 * A store that can be taken away from an app, with sessions elsewhere.
 */
abstract class BreakableStore implements AutoCloseable {

	/**
	 * Returns the properties of the store, and of sessions that the other kind of server
	 * keeps.
	 */
	abstract List<String> properties();

	/**
	 * Returns what keeps sessions elsewhere.
	 */
	abstract Class<?> sessions();

	abstract void takeAway();

	abstract void giveBack();

	@Override
	public abstract void close();

	private static List<String> with(List<String> properties, String... more) {
		List<String> all = new ArrayList<>(properties);
		all.addAll(List.of(more));
		return all;
	}

	/**
	 * A Redis that is killed.
	 */
	static final class KilledRedis extends BreakableStore {

		private final RedisProcess redis = RedisProcess.server();

		private final List<String> sessions = SharedSessions.inPostgres();

		@Override
		List<String> properties() {
			return with(this.sessions, "oauth2-state.store=redis", "spring.data.redis.host=" + this.redis.host(),
					"spring.data.redis.port=" + this.redis.port());
		}

		@Override
		Class<?> sessions() {
			return SharedSessions.InPostgres.class;
		}

		@Override
		void takeAway() {
			this.redis.kill();
		}

		@Override
		void giveBack() {
			this.redis.start();
		}

		@Override
		public void close() {
			this.redis.close();
		}

	}

	/**
	 * A Redis that answers after a long while, or for this test: when it is over.
	 */
	static final class StallingRedis extends BreakableStore {

		private final RedisProcess redis = RedisProcess.server();

		private final TcpProxy proxy = new TcpProxy(this.redis.host(), this.redis.port());

		private final List<String> sessions = SharedSessions.inPostgres();

		@Override
		List<String> properties() {
			return with(this.sessions, "oauth2-state.store=redis", "spring.data.redis.host=" + this.proxy.host(),
					"spring.data.redis.port=" + this.proxy.port());
		}

		@Override
		Class<?> sessions() {
			return SharedSessions.InPostgres.class;
		}

		@Override
		void takeAway() {
			this.proxy.set(Mode.HOLD_REQUESTS);
		}

		@Override
		void giveBack() {
			this.proxy.set(Mode.FORWARD);
		}

		@Override
		public void close() {
			this.proxy.close();
			this.redis.close();
		}

	}

	/**
	 * A PostgreSQL that is stopped, as its clients see it: connections break and new ones
	 * are refused.
	 */
	static final class StoppedPostgres extends BreakableStore {

		private final TestPostgres postgres = TestPostgres.instance();

		private final String database = this.postgres.createDatabase();

		private final TcpProxy proxy = new TcpProxy(this.postgres.host(), this.postgres.port());

		@Override
		List<String> properties() {
			return with(SharedSessions.inRedis(), "oauth2-state.store=jdbc",
					"oauth2-state.jdbc.initialize-schema=always", "oauth2-state.jdbc.cleanup.enabled=false",
					"spring.datasource.url=" + this.postgres.url(this.database, this.proxy.host(), this.proxy.port()),
					"spring.datasource.username=" + this.postgres.username(),
					"spring.datasource.password=" + this.postgres.password());
		}

		@Override
		Class<?> sessions() {
			return SharedSessions.InRedis.class;
		}

		@Override
		void takeAway() {
			this.proxy.set(Mode.REFUSE);
		}

		@Override
		void giveBack() {
			this.proxy.set(Mode.FORWARD);
		}

		@Override
		public void close() {
			this.proxy.close();
		}

	}

}
