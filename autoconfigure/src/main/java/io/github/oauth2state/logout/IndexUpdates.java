package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

	private static final int MAX_WAITING = 10_000;

	/**
	 * Leaves room for other work while the store does not answer.
	 */
	private static final int MAX_FAILED = 5_000;

	/**
	 * The last one is repeated.
	 */
	private static final Duration[] RETRY_AFTER = { Duration.ofSeconds(1), Duration.ofSeconds(10),
			Duration.ofMinutes(1) };

	private final SafeLog log = new SafeLog(IndexUpdates.class);

	private final IndexedSessions sessions;

	private final InstantSource clock;

	private final Duration[] retryAfter;

	private final ScheduledThreadPoolExecutor executor;

	/**
	 * What is to be tried again, by the id of the session.
	 */
	private final Map<String, Addition> failed = new ConcurrentHashMap<>();

	IndexUpdates(IndexedSessions sessions, InstantSource clock) {
		this(sessions, clock, RETRY_AFTER);
	}

	IndexUpdates(IndexedSessions sessions, InstantSource clock, Duration... retryAfter) {
		this.sessions = sessions;
		this.retryAfter = retryAfter.clone();
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
		Duration life = AddedNote.life(session);
		if (session != null) {
			AddedNote.write(session, this.clock);
		}
		return (id) -> add(id, user, life);
	}

	/**
	 * Returns whether a session of a signed-in user is to be added again: if its id or
	 * its timeout has changed, or half of its timeout is over since it was added.
	 * @param session the session
	 * @param formerId the id that the session had before this request changed it, or
	 * {@code null} if it did not
	 */
	boolean isDue(AppSession session, @Nullable String formerId) {
		return formerId != null || !AddedNote.isRecent(session, this.clock);
	}

	/**
	 * Prepares to add a session again.
	 * @param session the session
	 * @param formerId as for {@link #isDue}
	 * @param user the user
	 * @return adds the session; to be called when it has been saved
	 */
	Runnable prolong(AppSession session, @Nullable String formerId, OidcUser user) {
		AddedNote.write(session, this.clock);
		Duration life = AddedNote.life(session);
		OidcUser login = ProviderSession.userOf(session, user);
		return () -> {
			String id = session.id();
			later(() -> {
				add(id, login, life);
				if (formerId != null) {
					this.failed.remove(formerId);
					this.sessions.remove(formerId, login);
				}
			});
		};
	}

	/**
	 * Removes the session of a user who logs out.
	 */
	void remove(String sessionId, OidcUser user) {
		this.failed.remove(sessionId);
		later(() -> this.sessions.remove(sessionId, user));
	}

	/**
	 * Does work soon, on the thread of this object.
	 */
	void later(Runnable work) {
		later(Duration.ZERO, work);
	}

	/**
	 * Adds a session. If that fails it is tried again, until the session must have ended.
	 */
	private void add(String sessionId, OidcUser user, Duration life) {
		Addition addition = new Addition(sessionId, user, life, this.clock.millis() + life.toMillis());
		this.failed.remove(sessionId);
		tryToAdd(addition, 0);
	}

	private void tryToAdd(Addition addition, int attempt) {
		try {
			this.sessions.add(addition.sessionId(), addition.user(), addition.life());
			this.failed.remove(addition.sessionId(), addition);
		}
		catch (RuntimeException ex) {
			this.failed.put(addition.sessionId(), addition);
			Duration delay = this.retryAfter[Math.min(attempt, this.retryAfter.length - 1)];
			boolean mayBeRetried = this.failed.size() <= MAX_FAILED && this.clock.millis() < addition.until();
			if (!mayBeRetried || !later(delay, () -> retry(addition, attempt + 1))) {
				this.failed.remove(addition.sessionId(), addition);
			}
			this.log.write((logger) -> logger.warn(
					"A session cannot be added to the index (%s), so a logout token does not find it until this succeeds."
						.formatted(SafeLog.describe(ex))));
		}
	}

	/**
	 * Leaves a session alone that was added again, or removed, in the meantime.
	 */
	private void retry(Addition addition, int attempt) {
		if (addition.equals(this.failed.get(addition.sessionId()))) {
			tryToAdd(addition, attempt);
		}
	}

	/**
	 * Returns whether the work will be done.
	 */
	@SuppressWarnings("FutureReturnValueIgnored")
	private boolean later(Duration delay, Runnable work) {
		if (this.executor.getQueue().size() >= MAX_WAITING) {
			this.log.write((logger) -> logger
				.warn("The store is too slow to keep the index of sessions up to date, so a change is left out"));
			return false;
		}
		try {
			this.executor.schedule(() -> attempt(work), delay.toMillis(), TimeUnit.MILLISECONDS);
			return true;
		}
		catch (RejectedExecutionException ex) {
			// The app is stopping
			return false;
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

	void stop() {
		this.executor.shutdownNow();
	}

	/**
	 * A session to add.
	 *
	 * @param sessionId its id
	 * @param user its user
	 * @param life how long the index keeps it
	 * @param until when it must have ended, in milliseconds
	 */
	private record Addition(String sessionId, OidcUser user, Duration life, long until) {
	}

}
