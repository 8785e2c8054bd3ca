package io.github.oauth2state.login.servlet;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OnStoreFailure;
import io.github.oauth2state.login.LoginSettings.Sessions;
import io.github.oauth2state.support.LimitedLog;

/**
 * Knows where the sessions of signed-in users are, and says where that may cost users
 * their login: at startup, and when it happens.
 */
class SessionWarnings implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(SessionWarnings.class);

	private static final LimitedLog loops = new LimitedLog(SessionWarnings.class);

	private static final String SPRING_SESSION = "org.springframework.session.SessionRepository";

	/**
	 * The session repositories of Spring Session, by the name of the store that is in the
	 * same kind of server.
	 */
	private static final Map<String, List<String>> REPOSITORIES = Map.of("redis",
			List.of("org.springframework.session.data.redis.RedisSessionRepository",
					"org.springframework.session.data.redis.RedisIndexedSessionRepository"),
			"jdbc", List.of("org.springframework.session.jdbc.JdbcIndexedSessionRepository"));

	private static final String REMEDY = "Share sessions with Spring Session, or let the balancer send all requests of a "
			+ "browser to one instance (sticky sessions).";

	private final LoginServices services;

	private final ListableBeanFactory beans;

	private final boolean fallbackChosen;

	private volatile boolean signingIn;

	/**
	 * Creates warnings.
	 * @param services the services of logins
	 * @param beans the beans of the app
	 * @param fallbackChosen whether the app chose where logins begin while the store does
	 * not answer, and so relies on it
	 */
	SessionWarnings(LoginServices services, ListableBeanFactory beans, boolean fallbackChosen) {
		this.services = services;
		this.beans = beans;
		this.fallbackChosen = fallbackChosen;
	}

	/**
	 * Tells whether all instances find the sessions.
	 */
	boolean areShared() {
		Sessions sessions = this.services.settings().sessions();
		return sessions == Sessions.SHARED || (sessions == Sessions.AUTO && has(SPRING_SESSION));
	}

	/**
	 * Notes that a filter chain signs users in by a session.
	 */
	void noteSignIn() {
		this.signingIn = true;
	}

	@Override
	public void afterSingletonsInstantiated() {
		LoginPaths paths = this.services.paths();
		String store = Objects.toString(this.services.store().name(), "");
		boolean fallsBackToSession = paths.rolledOut() == LoginPath.SHARED
				&& paths.onStoreFailure() == OnStoreFailure.SESSION;
		if (fallsBackToSession && repositories(store).anyMatch(this::has)) {
			String message = "Sessions are kept in the same place as pending logins (%s), so that no login can begin while it is gone. "
				.formatted(store)
					+ "Set oauth2-state.on-store-failure=cookie with oauth2-state.cookie.keys, so that they can, or =fail, so that "
					+ "users are told at once.";
			if (this.fallbackChosen) {
				logger.warn(message);
			}
			else {
				logger.info(message);
			}
		}
		boolean unknown = this.services.settings().sessions() == Sessions.AUTO && !areShared();
		if (this.signingIn && unknown && !store.equals("memory")) {
			logger.warn(
					"Any instance can finish a login, but the session of the user who is signed in stays in the memory of "
							+ "that instance. Other instances do not know the user. " + REMEDY
							+ " If it is so, say so: oauth2-state.login.sessions=shared or =sticky.");
		}
	}

	/**
	 * Says that a user is signed in again and again.
	 */
	static void logLoop(String reference, HttpServletRequest request) {
		String seen = (request.getRequestedSessionId() == null) ? "The browser does not send the session cookie back. "
				: request.isRequestedSessionIdValid()
						? "This instance knows the session, but others that answered did not. "
						: "This instance does not know the session, so another one has it. ";
		loops.write((log) -> log
			.warn("A user was signed in three times in a row, and the next page did not know it, reference " + reference
					+ ". " + seen + REMEDY));
	}

	private static Stream<String> repositories(String store) {
		return REPOSITORIES.getOrDefault(store, List.of()).stream();
	}

	private boolean has(String type) {
		ClassLoader classLoader = getClass().getClassLoader();
		return ClassUtils.isPresent(type, classLoader) && this.beans
			.getBeanNamesForType(ClassUtils.resolveClassName(type, classLoader), true, false).length > 0;
	}

}
