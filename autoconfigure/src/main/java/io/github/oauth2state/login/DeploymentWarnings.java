package io.github.oauth2state.login;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.web.WebExchange;

/**
 * Warns of deployments in which logins fail, at startup and when it happens: sessions
 * that other instances do not find, and a proxy whose headers are not read.
 */
public final class DeploymentWarnings implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(DeploymentWarnings.class);

	private static final SafeLog loops = new SafeLog(DeploymentWarnings.class);

	private static final List<String> SPRING_SESSION = List.of("org.springframework.session.SessionRepository",
			"org.springframework.session.ReactiveSessionRepository");

	/**
	 * The session repositories of Spring Session, by the name of the store that is in the
	 * same kind of server.
	 */
	private static final Map<String, List<String>> REPOSITORIES = Map.of("redis",
			List.of("org.springframework.session.data.redis.RedisSessionRepository",
					"org.springframework.session.data.redis.RedisIndexedSessionRepository",
					"org.springframework.session.data.redis.ReactiveRedisSessionRepository",
					"org.springframework.session.data.redis.ReactiveRedisIndexedSessionRepository"),
			"jdbc", List.of("org.springframework.session.jdbc.JdbcIndexedSessionRepository"));

	private static final String REMEDY = "Share sessions with Spring Session, or let the balancer send all requests of a "
			+ "browser to one instance (sticky sessions).";

	private static final Pattern LOOPBACK = Pattern
		.compile("localhost|.*\\.localhost|127(\\.\\d{1,3}){3}|\\[?(0{0,4}:){1,7}0{0,3}1]?", Pattern.CASE_INSENSITIVE);

	private final LoginSettings.Sessions sessions;

	private final String store;

	private final boolean fallsBackToSession;

	private final boolean fallbackChosen;

	private final ListableBeanFactory beans;

	private final AtomicBoolean warnedOfPlainHttp = new AtomicBoolean();

	private volatile boolean signingIn;

	/**
	 * Creates warnings.
	 * @param sessions where the sessions of signed-in users are
	 * @param store the name of the store
	 * @param fallsBackToSession whether logins start in the session while the store does
	 * not answer
	 * @param fallbackChosen whether the app chose where they start then, and so relies on
	 * it
	 * @param beans the beans of the app
	 */
	public DeploymentWarnings(LoginSettings.Sessions sessions, String store, boolean fallsBackToSession,
			boolean fallbackChosen, ListableBeanFactory beans) {
		this.sessions = sessions;
		this.store = store;
		this.fallsBackToSession = fallsBackToSession;
		this.fallbackChosen = fallbackChosen;
		this.beans = beans;
	}

	/**
	 * Returns whether all instances find the sessions.
	 * @return whether they do
	 */
	public boolean areSessionsShared() {
		return this.sessions == LoginSettings.Sessions.SHARED
				|| (this.sessions == LoginSettings.Sessions.AUTO && SPRING_SESSION.stream().anyMatch(this::has));
	}

	/**
	 * Notes that a filter chain signs users in by a session.
	 */
	public void noteSignIn() {
		this.signingIn = true;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.fallsBackToSession && repositories(this.store).anyMatch(this::has)) {
			String message = "Sessions are kept in the same place as pending logins (%s), so that no login can begin while it is gone. "
				.formatted(this.store)
					+ "Set oauth2-state.on-store-failure=cookie with oauth2-state.cookie.keys, so that they can, or =fail, so that "
					+ "users are told at once.";
			if (this.fallbackChosen) {
				logger.warn(message);
			}
			else {
				logger.info(message);
			}
		}
		boolean unknown = this.sessions == LoginSettings.Sessions.AUTO && !areSessionsShared();
		if (this.signingIn && unknown && !this.store.equals("memory")) {
			logger.warn(
					"Any instance can finish a login, but the session of the user who is signed in stays in the memory of "
							+ "that instance. Other instances do not know the user. " + REMEDY
							+ " If it is so, say so: oauth2-state.login.sessions=shared or =sticky.");
		}
	}

	/**
	 * Warns once of a login that starts over plain http, unless this is the user's own
	 * machine. Mostly the cause is a proxy whose headers are not read.
	 */
	void checkPlainHttp(boolean secure, String host) {
		if (!secure && !isLoopback(host) && this.warnedOfPlainHttp.compareAndSet(false, true)) {
			logger
				.warn("A login begins over plain http, so that its binding cookie is not protected by '__Host-'. If a "
						+ "proxy ends TLS, set server.forward-headers-strategy, or oauth2-state.login.cookie.secure=true. "
						+ "This is said once.");
		}
	}

	static boolean isLoopback(String serverName) {
		return LOOPBACK.matcher(serverName).matches();
	}

	/**
	 * Logs that a user was signed in again and again.
	 * @param reference the id by which log lines name the login
	 * @param session whether the app still knows the session
	 */
	static void logLoop(String reference, WebExchange.NamedSession session) {
		String seen = switch (session) {
			case NOT_SENT -> "The browser does not send the session cookie back. ";
			case KNOWN -> "This instance knows the session, but others that answered did not. ";
			case UNKNOWN -> "This instance does not know the session, so another one has it. ";
			case NOT_SENT_OR_UNKNOWN ->
				"The browser does not send the session cookie back, or another instance has the session. ";
		};
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
