package io.github.oauth2state.refresh;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
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
	 * What readers of earlier releases take for the life of tokens whose life is unknown.
	 */
	private static final Duration UNKNOWN_LIFE = Duration.ofSeconds(10);

	/**
	 * What is shared at most, in bytes. Above 64 KiB it takes more than one record.
	 */
	private static final int MAX_LENGTH = 1024 * 1024;

	/**
	 * What is told of each text of an error, in chars: some providers answer with a page.
	 * Three such texts fit into one record.
	 */
	private static final int MAX_ERROR_TEXT = 4000;

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
	 * Writes tokens, without what else the provider answered if that is too much.
	 * @throws IllegalArgumentException if they are too large, or no valid Unicode
	 */
	static byte[] write(Flight flight, FlightTokens tokens) {
		byte[] record = sealed(flight, entries(tokens, writable(tokens.additional())));
		if (record.length > MAX_LENGTH) {
			record = sealed(flight, entries(tokens, Map.of()));
		}
		if (record.length > MAX_LENGTH) {
			throw new IllegalArgumentException("They take " + record.length + " bytes");
		}
		return record;
	}

	private static Map<String, @Nullable Object> entries(FlightTokens tokens, Map<String, Object> additional) {
		Map<String, @Nullable Object> entries = new LinkedHashMap<>();
		entries.put("access", tokens.accessToken());
		entries.put("type", tokens.tokenType());
		entries.put("expires", (tokens.expiresAt() != null) ? tokens.expiresAt() : Instant.now().plus(UNKNOWN_LIFE));
		entries.put("scopes", tokens.scopes());
		entries.put("refresh", tokens.refreshToken());
		entries.put("additional", additional);
		entries.put("asked", tokens.askedScopes());
		entries.put("issued", tokens.issuedAt());
		entries.put("unknown-life", tokens.expiresAt() == null);
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
			catch (RuntimeException ex) {
				// left out
			}
		});
		return writable;
	}

	/**
	 * Writes an error. That always succeeds, and fits into one record: what is too long
	 * is cut, and what is no valid Unicode replaced.
	 */
	static byte[] write(Flight flight, OAuth2Error error) {
		Map<String, @Nullable Object> entries = new LinkedHashMap<>();
		entries.put("error", writable(error.getErrorCode()));
		entries.put("description", writable(error.getDescription()));
		String uri = writable(error.getUri());
		entries.put("uri", Objects.equals(uri, error.getUri()) ? uri : null);
		return sealed(flight, entries);
	}

	private static @Nullable String writable(@Nullable String text) {
		if (text == null) {
			return null;
		}
		String start = text.substring(0, Math.min(text.length(), MAX_ERROR_TEXT));
		return new String(start.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
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
			return content.map(CborRecord::readLarge).map(FlightCodec::read).orElseGet(FlightRecord.Unreadable::new);
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
				(Instant) entries.get("issued"), expiry(entries), texts(entries, "scopes"),
				(String) entries.get("refresh"), additional, texts(entries, "asked"));
	}

	private static @Nullable Instant expiry(Map<?, ?> entries) {
		Instant expiresAt = require(entries, "expires", Instant.class);
		return Boolean.TRUE.equals(entries.get("unknown-life")) ? null : expiresAt;
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
