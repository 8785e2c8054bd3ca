package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.InstantSource;

import org.jspecify.annotations.Nullable;

/**
 * The note in a session that tells when it was last added to the index, and for how long.
 */
final class AddedNote {

	private static final String ATTRIBUTE = "oauth2-state.session-added";

	/**
	 * The life in the index of a session that itself never expires.
	 */
	private static final Duration MAX_LIFE = Duration.ofDays(60);

	private AddedNote() {
	}

	static void write(AppSession session, InstantSource clock) {
		session.setAttribute(ATTRIBUTE, clock.millis() + " " + life(session).toMillis());
	}

	/**
	 * Returns whether a session need not be added again yet. With another timeout, the
	 * index must keep the session for another time. The session may also be one that has
	 * ended: Spring Session keeps those of an index in Redis for a while, with no time
	 * left, and a request that was under way can give them time. Such a session ends when
	 * it is added.
	 */
	static boolean isRecent(AppSession session, InstantSource clock) {
		if (!(session.attribute(ATTRIBUTE) instanceof String added)) {
			return false;
		}
		String[] timeAndLife = added.split(" ", 2);
		long life = life(session).toMillis();
		try {
			return timeAndLife.length == 2 && Long.parseLong(timeAndLife[1]) == life
					&& clock.millis() - Long.parseLong(timeAndLife[0]) < life / 4;
		}
		catch (NumberFormatException ex) {
			return false;
		}
	}

	/**
	 * Returns twice the timeout of a session, as it is added again only after half of it.
	 */
	static Duration life(@Nullable AppSession session) {
		Duration timeout = (session != null) ? session.timeout() : Duration.ZERO;
		return (timeout.compareTo(Duration.ZERO) > 0) ? timeout.multipliedBy(2) : MAX_LIFE;
	}

}
