package io.github.oauth2state.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.StartupFailureException;

/**
 * A store of the library's own that logins or tokens are configured to be kept in. The
 * bean of type {@link StateStore} is the store of logins: this one, another one, or the
 * app's.
 *
 * @param <S> the type of the store
 */
public final class ConfiguredStore<S extends StateStore & DisposableBean> implements DisposableBean {

	private final StoreType type;

	private final Supplier<S> source;

	private final Queue<S> opened = new ConcurrentLinkedQueue<>();

	private final S store;

	private final Optional<SessionIndex> sessionIndex;

	/**
	 * Opens a store that cannot index sessions.
	 * @param type the type of the store
	 * @param source creates the store and its connections
	 */
	public ConfiguredStore(StoreType type, Supplier<S> source) {
		this(type, source, null);
	}

	/**
	 * Opens a store.
	 * @param type the type of the store
	 * @param source creates the store and its connections
	 * @param index creates the index of sessions on the connections of the store, or is
	 * {@code null} if the store has none
	 */
	public ConfiguredStore(StoreType type, Supplier<S> source, @Nullable Function<S, SessionIndex> index) {
		this.type = type;
		this.source = source;
		this.store = openApart();
		this.sessionIndex = Optional.ofNullable(index).map((creator) -> creator.apply(this.store));
	}

	/**
	 * Returns the type of the store.
	 * @return the type
	 */
	public StoreType type() {
		return this.type;
	}

	/**
	 * Returns the store itself.
	 * @return the store, undecorated
	 */
	public S store() {
		return this.store;
	}

	/**
	 * Returns the index of sessions, which has the connections of the store.
	 * @return the index, or empty if the store cannot index sessions
	 */
	public Optional<SessionIndex> sessionIndex() {
		return this.sessionIndex;
	}

	/**
	 * Opens the same store once more, on connections of its own, so that its calls delay
	 * no others.
	 * @return a store that is closed with this one
	 */
	public S openApart() {
		S another = this.source.get();
		this.opened.add(another);
		return another;
	}

	@Override
	public void destroy() throws Exception {
		for (S each : this.opened) {
			each.destroy();
		}
	}

	/**
	 * Decorates a store with everything that the app has, in order, the first one
	 * innermost.
	 * @param store the store itself, of the library or of the app
	 * @param decorators all decorators
	 * @return the store to use
	 */
	public static StateStore decorate(StateStore store, ObjectProvider<Decorator> decorators) {
		StateStore decorated = store;
		for (Decorator decorator : decorators.orderedStream().toList()) {
			decorated = decorator.decorate(decorated);
		}
		return decorated;
	}

	/**
	 * Returns the store that instances share: that of logins, or that of tokens if only
	 * the latter is shared.
	 * @param ofLogins the configured store of logins, or {@code null} if none is
	 * @param logins the store of logins
	 * @param stores the configured stores
	 * @return the store, undecorated, which may be in memory; empty if the app has no
	 * store
	 */
	public static Optional<StateStore> shared(@Nullable StoreType ofLogins, ObjectProvider<StateStore> logins,
			ObjectProvider<ConfiguredStore<?>> stores) {
		boolean notShared = ofLogins == StoreType.MEMORY || ofLogins == StoreType.COOKIE;
		Optional<StateStore> ofTokens = stores.stream().<StateStore>map(ConfiguredStore::store).findFirst();
		return (notShared && ofTokens.isPresent()) ? ofTokens : Optional.ofNullable(logins.getIfUnique());
	}

	/**
	 * Returns the index of sessions in the store that instances share.
	 * @param ofLogins the configured store of logins, or {@code null} if none is
	 * @param logins the store of logins
	 * @param stores the configured stores
	 * @return the index, or empty if the app has no store, or one that cannot index
	 * sessions, as one in memory or of the app's own
	 */
	public static Optional<SessionIndex> sharedIndex(@Nullable StoreType ofLogins, ObjectProvider<StateStore> logins,
			ObjectProvider<ConfiguredStore<?>> stores) {
		return shared(ofLogins, logins, stores).flatMap((shared) -> stores.stream()
			.filter((configured) -> configured.store() == shared)
			.findFirst()
			.flatMap(ConfiguredStore::sessionIndex));
	}

	/**
	 * Chooses the connection of a store among those of the app.
	 * @param <T> the type of the connection
	 * @param type the store that it is for
	 * @param qualified the beans that are qualified for the library
	 * @param unqualified the beans that can be injected without a qualifier
	 * @return the connection
	 * @throws StartupFailureException if the app has several and prefers none
	 */
	public static <T> T chooseConnection(StoreType type, ObjectProvider<T> qualified, ObjectProvider<T> unqualified) {
		try {
			T chosen = qualified.getIfAvailable();
			return (chosen != null) ? chosen : unqualified.getObject();
		}
		catch (NoUniqueBeanDefinitionException ex) {
			throw ambiguous(type, ex);
		}
	}

	private static StartupFailureException ambiguous(StoreType type, NoUniqueBeanDefinitionException cause) {
		Collection<String> found = cause.getBeanNamesFound();
		boolean redis = type == StoreType.REDIS;
		return new StartupFailureException(
				"OAuth2 State cannot tell which of several %s beans to use: %s.".formatted(
						redis ? "RedisConnectionFactory" : "DataSource",
						AvailableConnections.quoted((found != null) ? found.stream().sorted().toList() : List.of())),
				"""
						One of these:

						- annotate the one that OAuth2 State is to use with %s
						- or mark the one that the app uses in general as @Primary"""
					.formatted(redis ? "@OAuth2StateRedisConnectionFactory" : "@OAuth2StateDataSource"),
				cause);
	}

	/**
	 * Puts something around the stores that capabilities use, such as measuring. The
	 * cleanup and the checks of a store bypass it.
	 */
	@FunctionalInterface
	public interface Decorator {

		/**
		 * Decorates a store.
		 * @param store the store, possibly decorated already
		 * @return the store to use
		 */
		StateStore decorate(StateStore store);

		/**
		 * Decorates a store for reactive callers.
		 * @param store the store, possibly decorated already
		 * @return the store to use
		 */
		default ReactiveStateStore decorateReactive(ReactiveStateStore store) {
			return store;
		}

	}

}
