package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.record.CborRecord;

/**
 * The record of a logout: when the sessions of a name ended, and why.
 *
 * @param at when; sessions that began at this time or earlier are over
 * @param kind why
 * @param tokens the digests of the logout tokens that said so, the oldest first
 */
record LogoutMark(Instant at, LogoutKind kind, List<String> tokens) {

	private static final String AT = "at";

	private static final String KIND = "kind";

	private static final String TOKENS = "tokens";

	/**
	 * A provider sends one token for each session of its own, or user, and may repeat it.
	 */
	private static final int MAX_TOKENS = 50;

	/**
	 * Reads a record.
	 * @param bytes the record, possibly hostile
	 * @return the mark; one that ends nothing if the record cannot be read
	 */
	static LogoutMark read(byte[] bytes) {
		try {
			Map<?, ?> values = CborRecord.read(bytes);
			if (values.get(AT) instanceof Instant at && values.get(TOKENS) instanceof List<?> tokens) {
				return new LogoutMark(at, LogoutKind.valueOf(String.valueOf(values.get(KIND))),
						tokens.stream().map(String::valueOf).toList());
			}
		}
		catch (IllegalArgumentException ex) {
			// Somebody else's, or that of a later release
		}
		return new LogoutMark(Instant.EPOCH.minus(Duration.ofDays(1)), LogoutKind.LOGOUT_TOKEN, List.of());
	}

	byte[] write() {
		return CborRecord.write(Map.of(AT, this.at, KIND, this.kind.name(), TOKENS, this.tokens));
	}

	/**
	 * Returns whether this mark has all tokens of another one, and so was left after it.
	 */
	boolean covers(LogoutMark other) {
		return !other.tokens.isEmpty() && this.tokens.containsAll(other.tokens);
	}

	/**
	 * Returns this mark with a later one added.
	 */
	LogoutMark with(LogoutMark later) {
		List<String> all = new ArrayList<>(this.tokens);
		all.addAll(later.tokens);
		return new LogoutMark(this.at.isAfter(later.at) ? this.at : later.at, later.kind,
				all.subList(Math.max(0, all.size() - MAX_TOKENS), all.size()));
	}

	boolean ends(Instant since) {
		return !since.isAfter(this.at);
	}

}
