package io.github.oauth2state.login.servlet;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OnStoreFailure;

/**
 * Says at startup that sessions are of no help while the store is gone, as they are gone
 * with it.
 */
class SessionsInStoreWarning implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(SessionsInStoreWarning.class);

	/**
	 * The session repositories of Spring Session, by the name of the store that is in the
	 * same kind of server.
	 */
	private static final Map<String, List<String>> REPOSITORIES = Map.of("redis",
			List.of("org.springframework.session.data.redis.RedisSessionRepository",
					"org.springframework.session.data.redis.RedisIndexedSessionRepository"),
			"jdbc", List.of("org.springframework.session.jdbc.JdbcIndexedSessionRepository"));

	private final LoginPaths paths;

	private final StateStore store;

	private final ListableBeanFactory beans;

	private final boolean chosen;

	/**
	 * Creates a warning.
	 * @param paths the paths of logins
	 * @param store where they are kept
	 * @param beans the beans of the app
	 * @param chosen whether the app chose the fallback, and so relies on it
	 */
	SessionsInStoreWarning(LoginPaths paths, StateStore store, ListableBeanFactory beans, boolean chosen) {
		this.paths = paths;
		this.store = store;
		this.beans = beans;
		this.chosen = chosen;
	}

	@Override
	public void afterSingletonsInstantiated() {
		boolean fallsBackToSession = this.paths.rolledOut() == LoginPath.SHARED
				&& this.paths.onStoreFailure() == OnStoreFailure.SESSION;
		if (fallsBackToSession && repositories().anyMatch(this::has)) {
			String message = "Sessions are kept in the same place as pending logins (%s), so that no login can begin while it is gone. "
				.formatted(this.store.name())
					+ "Set oauth2-state.on-store-failure=cookie with oauth2-state.cookie.keys, so that they can, or =fail, so that "
					+ "users are told at once.";
			if (this.chosen) {
				logger.warn(message);
			}
			else {
				logger.info(message);
			}
		}
	}

	private Stream<String> repositories() {
		return REPOSITORIES.entrySet()
			.stream()
			.filter((kind) -> kind.getKey().equals(this.store.name()))
			.flatMap((kind) -> kind.getValue().stream());
	}

	private boolean has(String repository) {
		ClassLoader classLoader = getClass().getClassLoader();
		return ClassUtils.isPresent(repository, classLoader) && this.beans
			.getBeanNamesForType(ClassUtils.resolveClassName(repository, classLoader), true, false).length > 0;
	}

}
