package io.github.oauth2state.store.jdbc;

import java.time.Duration;

/**
 * What the table holds.
 *
 * @param pending how many records live
 * @param oldestExpired for how long the oldest record has been expired, zero if none has
 */
record Backlog(long pending, Duration oldestExpired) {
}
