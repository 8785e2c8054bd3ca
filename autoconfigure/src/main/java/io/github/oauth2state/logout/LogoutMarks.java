package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.support.SafeLog;

/**
 * Leaves a mark in the store for each logout. The instance that has a session looks for
 * marks of its names, and ends it itself. Nothing is written at a login.
 */
final class LogoutMarks implements SessionEnder {

	private static final int ATTEMPTS = 10;

	private static final int MAX_OWN = 10_000;

	/**
	 * How long requests do not ask a store that failed.
	 */
	private static final Duration PAUSE = Duration.ofSeconds(5);

	private final SafeLog log = new SafeLog(LogoutMarks.class);

	private final StateStore store;

	private final String namespace;

	private final Duration ttl;

	/**
	 * The marks that this instance left, which it need not look for.
	 */
	private final Map<StateKey, LogoutMark> own = Collections.synchronizedMap(new LinkedHashMap<>() {
		@Override
		protected boolean removeEldestEntry(Map.Entry<StateKey, LogoutMark> eldest) {
			return size() > MAX_OWN;
		}
	});

	private volatile long pausedUntil = System.nanoTime();

	/**
	 * Creates an instance.
	 * @param store the store
	 * @param namespace the namespace of the app
	 * @param ttl how long a mark is kept
	 */
	LogoutMarks(StateStore store, String namespace, Duration ttl) {
		this.store = store;
		this.namespace = namespace;
		this.ttl = ttl;
	}

	@Override
	public Result end(OidcLogoutToken token) {
		LogoutMark mark = new LogoutMark(IndexedSessions.seconds(token.getIssuedAt()), LogoutKind.LOGOUT_TOKEN,
				List.of(digest(token.getIssuer().toExternalForm(), token.getId())));
		boolean anew = false;
		for (SessionName name : SessionName.of(this.namespace, token)) {
			anew |= leave(name, mark);
		}
		return anew ? Result.marked() : Result.replayed();
	}

	private String digest(String issuer, String token) {
		byte[] digest = StateKey.of(this.namespace, "logout-token", issuer, token).toByteArray();
		return Base64Url.encode(digest).substring(0, 16);
	}

	@Override
	public Result end(SessionName name, Instant now) {
		leave(name, new LogoutMark(IndexedSessions.seconds(now), LogoutKind.OPERATOR, List.of()));
		return Result.marked();
	}

	@Override
	public Result endOthers(OidcUser user, Instant latest, @Nullable String sessionId) {
		List<SessionName> names = SessionName.of(this.namespace, user);
		if (names.isEmpty()) {
			return Result.ofEnded(0);
		}
		// That of the provider's session comes first
		leave(names.get(0), new LogoutMark(latest, LogoutKind.REFUSED_REFRESH, List.of()));
		return Result.marked();
	}

	/**
	 * Leaves a mark.
	 * @return whether it is new, rather than of a token that was handled before
	 */
	private boolean leave(SessionName name, LogoutMark mark) {
		StateKey key = name.key();
		byte[] fresh = mark.write();
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			Optional<byte[]> there = this.store.putIfAbsent(key, fresh, this.ttl);
			if (there.isEmpty()) {
				this.own.put(key, mark);
				return true;
			}
			LogoutMark known = LogoutMark.read(there.get());
			if (known.covers(mark)) {
				return false;
			}
			LogoutMark both = known.with(mark);
			if (this.store.replace(key, there.get(), both.write(), this.ttl)) {
				this.own.put(key, both);
				return true;
			}
		}
		throw new StateStoreException(Reason.REJECTED, "Other logouts of the same sessions come all the time", null);
	}

	/**
	 * Returns the mark that ends a user's session, if this instance left it. Does not
	 * call the store.
	 * @param user the user of the session
	 * @return the mark
	 */
	Optional<LogoutMark> findOwn(OidcUser user) {
		return this.own.isEmpty() ? Optional.empty() : find(user, (key) -> Optional.ofNullable(this.own.get(key)));
	}

	/**
	 * Looks in the store for a mark that ends a user's session. While the store does not
	 * answer, sessions go on.
	 * @param user the user of the session
	 * @return the mark
	 */
	Optional<LogoutMark> find(OidcUser user) {
		if (isPaused()) {
			return Optional.empty();
		}
		try {
			return find(user, (key) -> this.store.find(key).map(LogoutMark::read));
		}
		catch (StateStoreException ex) {
			pause(ex);
			return Optional.empty();
		}
	}

	/**
	 * Lets sessions go on for a while without looking for marks.
	 */
	void pause(StateStoreException ex) {
		this.pausedUntil = System.nanoTime() + PAUSE.toNanos();
		this.log.write((logger) -> logger.warn(
				"The store did not answer (%s), so sessions that the provider has ended go on. They are checked again in %d seconds."
					.formatted(SafeLog.describe(ex), PAUSE.toSeconds())));
	}

	/**
	 * Returns where marks are that end a user's session.
	 */
	List<StateKey> keys(OidcUser user) {
		return SessionName.keys(SessionName.of(this.namespace, user));
	}

	/**
	 * Returns whether the store failed a moment ago, so that nothing can be found.
	 */
	boolean isPaused() {
		return System.nanoTime() - this.pausedUntil < 0;
	}

	private Optional<LogoutMark> find(OidcUser user, Function<StateKey, Optional<LogoutMark>> marks) {
		Instant since = IndexedSessions.since(user);
		return keys(user).stream()
			.map((key) -> marks.apply(key).filter((mark) -> mark.ends(since)))
			.flatMap(Optional::stream)
			.findFirst();
	}

}
