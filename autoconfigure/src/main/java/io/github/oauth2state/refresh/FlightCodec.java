package io.github.oauth2state.refresh;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2Error;

import io.github.oauth2state.record.CborRecord;

/**
 * Writes and reads what instances leave each other. A lease is a random number, which
 * tells its holder from others; results are sealed. Entries are only ever added, and
 * their names never reused.
 */
final class FlightCodec {

	private static final byte LEASE = 1;

	private static final byte RESULT = 2;

	private static final int LEASE_LENGTH = 17;

	/**
	 * What every store takes, as StateStore says.
	 */
	private static final int MAX_LENGTH = 64 * 1024;

	private static final SecureRandom RANDOM = new SecureRandom();

	private FlightCodec() {
	}

	static byte[] newLease() {
		byte[] lease = new byte[LEASE_LENGTH];
		RANDOM.nextBytes(lease);
		lease[0] = LEASE;
		return lease;
	}

	/**
	 * Writes tokens, without what else the provider answered if that is too much for a
	 * store.
	 */
	static byte[] write(Flight flight, FlightTokens tokens) {
		byte[] record = sealed(flight, entries(tokens, writable(tokens.additional())));
		return (record.length <= MAX_LENGTH) ? record : sealed(flight, entries(tokens, Map.of()));
	}

	private static Map<String, @Nullable Object> entries(FlightTokens tokens, Map<String, Object> additional) {
		Map<String, @Nullable Object> entries = new LinkedHashMap<>();
		entries.put("access", tokens.accessToken());
		entries.put("type", tokens.tokenType());
		entries.put("expires", tokens.expiresAt());
		entries.put("scopes", tokens.scopes());
		entries.put("refresh", tokens.refreshToken());
		entries.put("additional", additional);
		entries.put("asked", tokens.askedScopes());
		return entries;
	}

	/**
	 * Users' own token clients may put anything here. That nobody else gets it is better
	 * than that nobody gets tokens.
	 */
	private static Map<String, Object> writable(Map<String, Object> parameters) {
		Map<String, Object> writable = new LinkedHashMap<>();
		parameters.forEach((name, value) -> {
			try {
				CborRecord.write(Map.of(name, value));
				writable.put(name, value);
			}
			catch (IllegalArgumentException | NullPointerException ex) {
				// left out
			}
		});
		return writable;
	}

	static byte[] write(Flight flight, OAuth2Error error) {
		Map<String, @Nullable Object> entries = new LinkedHashMap<>();
		entries.put("error", error.getErrorCode());
		entries.put("description", error.getDescription());
		entries.put("uri", error.getUri());
		return sealed(flight, entries);
	}

	private static byte[] sealed(Flight flight, Map<String, @Nullable Object> entries) {
		byte[] sealed = flight.seal(CborRecord.write(entries));
		return ByteBuffer.allocate(1 + sealed.length).put(RESULT).put(sealed).array();
	}

	static FlightRecord read(Flight flight, byte[] record) {
		if (record.length == LEASE_LENGTH && record[0] == LEASE) {
			return new FlightRecord.Lease();
		}
		if (record.length == 0 || record[0] != RESULT) {
			return new FlightRecord.Unreadable();
		}
		Optional<byte[]> content = flight.open(Arrays.copyOfRange(record, 1, record.length));
		try {
			return content.map(CborRecord::read).map(FlightCodec::read).orElseGet(FlightRecord.Unreadable::new);
		}
		catch (IllegalArgumentException | ClassCastException | NullPointerException ex) {
			return new FlightRecord.Unreadable();
		}
	}

	private static FlightRecord read(Map<?, ?> entries) {
		if (entries.get("error") instanceof String error) {
			return new FlightRecord.Failure(
					new OAuth2Error(error, (String) entries.get("description"), (String) entries.get("uri")));
		}
		Map<String, Object> additional = new LinkedHashMap<>();
		((Map<?, ?>) require(entries, "additional", Map.class))
			.forEach((name, value) -> additional.put((String) name, value));
		return new FlightTokens(require(entries, "access", String.class), require(entries, "type", String.class),
				require(entries, "expires", Instant.class), texts(entries, "scopes"), (String) entries.get("refresh"),
				additional, texts(entries, "asked"));
	}

	private static <T> T require(Map<?, ?> entries, String name, Class<T> type) {
		Object value = entries.get(name);
		if (!type.isInstance(value)) {
			throw new IllegalArgumentException("No " + name);
		}
		return type.cast(value);
	}

	private static Set<String> texts(Map<?, ?> entries, String name) {
		Set<String> texts = new LinkedHashSet<>();
		for (Object text : require(entries, name, Set.class)) {
			texts.add((String) text);
		}
		return texts;
	}

}
