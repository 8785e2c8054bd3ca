package io.github.oauth2state.record;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Types of attribute values for which CBOR has no form that keeps the Java type. They are
 * written as the id of the type and a text. Ids are never reused.
 */
@SuppressWarnings("ImmutableEnumChecker")
enum ScalarType {

	LONG(1, Long.class, Long::valueOf),

	DOUBLE(2, Double.class, Double::valueOf),

	FLOAT(3, Float.class, Float::valueOf),

	SHORT(4, Short.class, Short::valueOf),

	BYTE(5, Byte.class, Byte::valueOf),

	BIG_INTEGER(6, BigInteger.class, BigInteger::new),

	BIG_DECIMAL(7, BigDecimal.class, BigDecimal::new),

	INSTANT(8, Instant.class, Instant::parse),

	URI_TYPE(9, URI.class, URI::create),

	UUID_TYPE(10, UUID.class, UUID::fromString),

	LOCALE(11, Locale.class, Locale::forLanguageTag);

	private final int id;

	private final Class<?> type;

	private final Function<String, ?> reader;

	<T> ScalarType(int id, Class<T> type, Function<String, T> reader) {
		this.id = id;
		this.type = type;
		this.reader = reader;
	}

	int id() {
		return this.id;
	}

	String write(Object value) {
		return (value instanceof Locale locale) ? locale.toLanguageTag() : value.toString();
	}

	Object read(String text) {
		return this.reader.apply(text);
	}

	static Optional<ScalarType> of(Object value) {
		return Arrays.stream(values()).filter((candidate) -> candidate.type == value.getClass()).findFirst();
	}

	static Optional<ScalarType> withId(int id) {
		return Arrays.stream(values()).filter((candidate) -> candidate.id == id).findFirst();
	}

}
