package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.IndexedSession;

/**
 * Finds the sessions of Spring Session by the names that a provider has for them, and
 * deletes them. All instances share the sessions, so one of them can end them all.
 */
final class IndexedSessions implements SessionEnder {

	/**
	 * How long a logout token is remembered if it does not say when it expires. After
	 * that it still ends no session that began later than it was issued.
	 */
	private static final Duration TOKEN_LIFE = Duration.ofHours(1);

	/**
	 * A login that was sent its ID token before the logout has this long to finish.
	 */
	private static final Duration MIN_LOGOUT_LIFE = Duration.ofMinutes(10);

	private static final Duration MAX_LOGOUT_LIFE = Duration.ofDays(1);

	/**
	 * By how much Spring Security lets clocks differ.
	 */
	private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

	private static final int MAX_FAILURES = 5;

	private final SessionIndex index;

	private final Consumer<String> deletion;

	private final String namespace;

	private final InstantSource clock;

	/**
	 * Creates an instance.
	 * @param index the index in the store
	 * @param deletion deletes a session by its id, if it exists
	 * @param namespace the namespace of the app
	 * @param clock tells the time
	 */
	IndexedSessions(SessionIndex index, Consumer<String> deletion, String namespace, InstantSource clock) {
		this.index = index;
		this.deletion = deletion;
		this.namespace = namespace;
		this.clock = clock;
	}

	/**
	 * Adds a session to the index, or prolongs it there. If the provider ended it in the
	 * meantime, it is deleted.
	 * @param sessionId the id of the session, which has been saved
	 * @param user the user
	 * @param life how long the index keeps it
	 */
	void add(String sessionId, OidcUser user, Duration life) {
		List<SessionName> names = SessionName.of(this.namespace, user);
		if (names.isEmpty()) {
			return;
		}
		IndexedSession session = new IndexedSession(indexId(sessionId), since(user),
				SessionName.seal(names, sessionId));
		if (!this.index.add(SessionName.keys(names), session, life)) {
			this.deletion.accept(sessionId);
		}
	}

	/**
	 * Removes a session from the index.
	 * @param sessionId the id that the session has, or had
	 * @param user the user
	 */
	void remove(String sessionId, OidcUser user) {
		List<SessionName> names = SessionName.of(this.namespace, user);
		if (!names.isEmpty()) {
			this.index.remove(SessionName.keys(names), Set.of(indexId(sessionId)));
		}
	}

	@Override
	public Result end(OidcLogoutToken token) {
		StateKey logout = StateKey.of(this.namespace, "logout-token", token.getIssuer().toExternalForm(),
				token.getId());
		boolean repeated = false;
		int ended = 0;
		for (SessionName name : SessionName.of(this.namespace, token)) {
			SessionIndex.Logout found = this.index.logOut(name.key(), logout, seconds(token.getIssuedAt()),
					life(token.getClaimAsInstant("exp")));
			ended += end(name, found.sessions());
			repeated |= found.repeated();
		}
		// If sessions were left, an instance ended before it had handled the token
		return (repeated && ended == 0) ? Result.replayed() : Result.ofEnded(ended);
	}

	@Override
	public Result end(SessionName name, Instant now) {
		return Result.ofEnded(end(name, this.index.find(name.key())));
	}

	@Override
	public Result endOthers(OidcUser user, Instant latest, @Nullable String sessionId) {
		StateKey own = (sessionId != null) ? indexId(sessionId) : null;
		// That of the provider's session comes first
		return Result.ofEnded(SessionName.of(this.namespace, user)
			.stream()
			.findFirst()
			.map((name) -> end(name,
					this.index.find(name.key()).stream().filter((each) -> !Objects.equals(each.id(), own)).toList()))
			.orElse(0));
	}

	private int end(SessionName name, Collection<IndexedSession> sessions) {
		if (sessions.isEmpty()) {
			return 0;
		}
		Set<String> ids = new HashSet<>();
		sessions.forEach((session) -> name.open(session.value()).ifPresent(ids::add));
		Map<StateKey, RuntimeException> failed = delete(ids);
		this.index.remove(List.of(name.key()),
				sessions.stream().map(IndexedSession::id).filter((id) -> !failed.containsKey(id)).toList());
		failed.values().stream().findFirst().ifPresent((ex) -> {
			throw ex;
		});
		return ids.size();
	}

	/**
	 * Deletes sessions. One that cannot be deleted does not keep the others alive. If
	 * several cannot be, the repository may be away, and asking on would take long.
	 * @return what failed; the sessions stay in the index, so that the logout can be
	 * repeated
	 */
	private Map<StateKey, RuntimeException> delete(Set<String> ids) {
		Map<StateKey, RuntimeException> failed = new HashMap<>();
		for (String id : ids) {
			try {
				this.deletion.accept(id);
			}
			catch (RuntimeException ex) {
				failed.put(indexId(id), ex);
				if (failed.size() == MAX_FAILURES) {
					throw ex;
				}
			}
		}
		return failed;
	}

	private Duration life(@Nullable Instant expiry) {
		Duration life = (expiry != null) ? Duration.between(this.clock.instant(), expiry).plus(CLOCK_SKEW) : TOKEN_LIFE;
		return (life.compareTo(MIN_LOGOUT_LIFE) < 0) ? MIN_LOGOUT_LIFE
				: (life.compareTo(MAX_LOGOUT_LIFE) > 0) ? MAX_LOGOUT_LIFE : life;
	}

	private StateKey indexId(String sessionId) {
		return StateKey.of(this.namespace, "session", sessionId);
	}

	/**
	 * Returns when the provider signed the user in, by its own clock.
	 */
	static Instant since(OidcUser user) {
		return seconds(Objects.requireNonNullElse(user.getIssuedAt(), Instant.EPOCH));
	}

	static Instant seconds(Instant time) {
		return time.truncatedTo(ChronoUnit.SECONDS);
	}

}
