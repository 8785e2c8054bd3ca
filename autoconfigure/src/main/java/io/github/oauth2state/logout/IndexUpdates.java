package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.support.SafeLog;

/**
 * Adds sessions to the index, prolongs them there while they are used, and removes them.
 * A login waits until its session has been added. Everything else happens on a thread of
 * its own, so that requests wait for nothing. Thread-safe.
 */
final class IndexUpdates {

	/**
	 * The attribute of a session that tells when it was last added, and for how long.
	 */
	private static final String ADDED = "oauth2-state.session-added";

	/**
	 * The life of a session in the index that itself never expires.
	 */
	private static final Duration MAX_LIFE = Duration.ofDays(60);

	private static final int MAX_WAITING = 10_000;

	private static final Duration[] RETRY_AFTER = { Duration.ofSeconds(1), Duration.ofSeconds(10),
			Duration.ofMinutes(1) };

	private final SafeLog log = new SafeLog(IndexUpdates.class);

	private final IndexedSessions sessions;

	private final InstantSource clock;

	private final ScheduledThreadPoolExecutor executor;

	IndexUpdates(IndexedSessions sessions, InstantSource clock) {
		this.sessions = sessions;
		this.clock = clock;
		this.executor = new ScheduledThreadPoolExecutor(1, (work) -> {
			Thread thread = Executors.defaultThreadFactory().newThread(work);
			thread.setName("oauth2-state-sessions");
			thread.setDaemon(true);
			return thread;
		});
		this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	/**
	 * Prepares to add the session of a login that is about to finish.
	 * @param session the session, or {@code null} if only its id is known
	 * @param user the user
	 * @return adds the session by its id; to be called when it has been saved
	 */
	Consumer<String> addLogin(@Nullable AppSession session, OidcUser user) {
		Duration life = life(session);
		if (session != null) {
			note(session);
		}
		return (id) -> add(id, user, life, 0);
	}

	/**
	 * Returns whether a session of a signed-in user is to be added again: if its id or
	 * its timeout has changed, or half of its timeout is over since it was added.
	 * @param session the session
	 * @param formerId the id that the session had before this request changed it, or
	 * {@code null} if it did not
	 */
	boolean isDue(AppSession session, @Nullable String formerId) {
		return formerId != null || !isRecent(session);
	}

	/**
	 * Prepares to add a session again.
	 * @param session the session
	 * @param formerId as for {@link #isDue}
	 * @param user the user
	 * @return adds the session; to be called when it has been saved
	 */
	Runnable prolong(AppSession session, @Nullable String formerId, OidcUser user) {
		note(session);
		Duration life = life(session);
		OidcUser login = ProviderSession.userOf(session, user);
		return () -> {
			String id = session.id();
			later(() -> {
				add(id, login, life, 0);
				if (formerId != null) {
					this.sessions.remove(formerId, login);
				}
			});
		};
	}

	/**
	 * Removes the session of a user who logs out.
	 */
	void remove(String sessionId, OidcUser user) {
		later(() -> this.sessions.remove(sessionId, user));
	}

	/**
	 * Does work soon, on the thread of this object.
	 */
	void later(Runnable work) {
		later(Duration.ZERO, work);
	}

	private void add(String sessionId, OidcUser user, Duration life, int attempt) {
		try {
			this.sessions.add(sessionId, user, life);
		}
		catch (RuntimeException ex) {
			if (attempt < RETRY_AFTER.length) {
				later(RETRY_AFTER[attempt], () -> add(sessionId, user, life, attempt + 1));
			}
			this.log.write((logger) -> logger.warn(
					"A session cannot be added to the index (%s), so a logout token does not find it until this succeeds."
						.formatted(SafeLog.describe(ex))));
		}
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private void later(Duration delay, Runnable work) {
		boolean full = this.executor.getQueue().size() >= MAX_WAITING;
		try {
			if (!full) {
				this.executor.schedule(() -> attempt(work), delay.toMillis(), TimeUnit.MILLISECONDS);
			}
		}
		catch (RejectedExecutionException ex) {
			// The app is stopping
		}
		if (full) {
			this.log.write((logger) -> logger
				.warn("The store is too slow to keep the index of sessions up to date, so a change is left out"));
		}
	}

	private void attempt(Runnable work) {
		try {
			work.run();
		}
		catch (RuntimeException ex) {
			this.log.write((logger) -> logger.debug("The index of sessions was not changed", ex));
		}
	}

	private void note(AppSession session) {
		session.setAttribute(ADDED, this.clock.millis() + " " + life(session).toMillis());
	}

	/**
	 * With another timeout, the index must keep the session for another time. The session
	 * may also be one that has ended: Spring Session keeps those of an index in Redis for
	 * a while, with no time left, and a request that was under way can give them time.
	 * Such a session ends when it is added.
	 */
	private boolean isRecent(AppSession session) {
		if (!(session.attribute(ADDED) instanceof String added)) {
			return false;
		}
		String[] timeAndLife = added.split(" ", 2);
		long life = life(session).toMillis();
		try {
			return timeAndLife.length == 2 && Long.parseLong(timeAndLife[1]) == life
					&& this.clock.millis() - Long.parseLong(timeAndLife[0]) < life / 4;
		}
		catch (NumberFormatException ex) {
			return false;
		}
	}

	/**
	 * Returns twice the timeout of a session, as it is added again only after half of it.
	 */
	private static Duration life(@Nullable AppSession session) {
		Duration timeout = (session != null) ? session.timeout() : Duration.ZERO;
		return (timeout.compareTo(Duration.ZERO) > 0) ? timeout.multipliedBy(2) : MAX_LIFE;
	}

	void stop() {
		this.executor.shutdownNow();
	}

}
