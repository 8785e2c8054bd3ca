package io.github.oauth2state.record;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Writes and reads the values of attributes and additional parameters. A value is read
 * with the Java type that it was written with. Only a fixed list of types is accepted.
 * <p>
 * Strings, booleans, {@code null} and {@code Integer} are written as CBOR has them. A
 * base64url string, such as a nonce or a verifier, is written as the bytes that it
 * encodes. Every other value is an array that begins with the id of its type.
 */
public final class CborValues {

	/**
	 * Marks a parameter that is derived from an attribute when it is read.
	 */
	public static final Object DERIVED = new Object();

	private static final int DERIVED_ID = 0;

	private static final int LIST_ID = 20;

	private static final int SET_ID = 21;

	private static final int MAP_ID = 22;

	private static final int MAX_DEPTH = 16;

	private static final int MIN_BASE64_LENGTH = 16;

	private CborValues() {
	}

	/**
	 * Writes a value.
	 * @param generator where to write it
	 * @param value the value
	 * @throws IllegalArgumentException if it has a type that cannot be written, or is
	 * nested too deep; the message says which
	 */
	public static void write(JsonGenerator generator, @Nullable Object value) {
		write(generator, value, MAX_DEPTH);
	}

	private static void write(JsonGenerator generator, @Nullable Object value, int depth) {
		if (value == null) {
			generator.writeNull();
		}
		else if (value instanceof String string) {
			writeString(generator, string);
		}
		else if (value instanceof Boolean bool) {
			generator.writeBoolean(bool);
		}
		else if (value instanceof Integer integer) {
			generator.writeNumber(integer);
		}
		else {
			writeTyped(generator, value, depth);
		}
	}

	private static void writeString(JsonGenerator generator, String string) {
		Optional<byte[]> bytes = asBytes(string);
		if (bytes.isPresent()) {
			generator.writeBinary(bytes.get());
		}
		else {
			generator.writeString(string);
		}
	}

	private static Optional<byte[]> asBytes(String string) {
		return (string.length() >= MIN_BASE64_LENGTH && Base64Url.isCanonical(string))
				? Optional.of(Base64Url.decode(string)) : Optional.empty();
	}

	private static void writeTyped(JsonGenerator generator, Object value, int depth) {
		if (value == DERIVED) {
			writeItems(generator, DERIVED_ID, List.of(), depth);
		}
		else if (value instanceof List<?> list) {
			writeItems(generator, LIST_ID, list, depth);
		}
		else if (value instanceof Set<?> set) {
			writeItems(generator, SET_ID, set, depth);
		}
		else if (value instanceof Map<?, ?> map) {
			List<@Nullable Object> keysAndValues = new ArrayList<>();
			map.forEach((key, mapped) -> {
				keysAndValues.add(key);
				keysAndValues.add(mapped);
			});
			writeItems(generator, MAP_ID, keysAndValues, depth);
		}
		else {
			writeScalar(generator, value);
		}
	}

	private static void writeItems(JsonGenerator generator, int id, Collection<?> items, int depth) {
		if (depth == 0) {
			throw new IllegalArgumentException("is nested more than " + MAX_DEPTH + " levels deep");
		}
		generator.writeStartArray(null, items.size() + 1);
		generator.writeNumber(id);
		items.forEach((item) -> write(generator, item, depth - 1));
		generator.writeEndArray();
	}

	private static void writeScalar(JsonGenerator generator, Object value) {
		ScalarType type = ScalarType.of(value)
			.orElseThrow(() -> new IllegalArgumentException("has values of type " + value.getClass().getName()));
		generator.writeStartArray(null, 2);
		generator.writeNumber(type.id());
		generator.writeString(type.write(value));
		generator.writeEndArray();
	}

	/**
	 * Reads the value at the position of the parser.
	 * @param parser the parser
	 * @return the value
	 */
	public static @Nullable Object read(JsonParser parser) {
		Object value = readParameter(parser);
		if (value == DERIVED) {
			throw new IllegalArgumentException("Only a parameter is derived");
		}
		return value;
	}

	/**
	 * Reads the value of an additional parameter, which may be a derived one.
	 * @param parser the parser
	 * @return the value, or {@link #DERIVED}
	 */
	public static @Nullable Object readParameter(JsonParser parser) {
		return switch (parser.currentToken()) {
			case VALUE_NULL -> null;
			case VALUE_STRING -> parser.getString();
			case VALUE_EMBEDDED_OBJECT -> Base64Url.encode(parser.getBinaryValue());
			case VALUE_TRUE -> true;
			case VALUE_FALSE -> false;
			case VALUE_NUMBER_INT -> parser.getIntValue();
			case START_ARRAY -> readTyped(parser);
			default -> throw new IllegalArgumentException("Unexpected " + parser.currentToken());
		};
	}

	private static Object readTyped(JsonParser parser) {
		parser.nextToken();
		int id = parser.getIntValue();
		List<@Nullable Object> items = new ArrayList<>();
		while (parser.nextToken() != JsonToken.END_ARRAY) {
			items.add(read(parser));
		}
		return switch (id) {
			case DERIVED_ID -> DERIVED;
			case LIST_ID -> items;
			case SET_ID -> new LinkedHashSet<>(items);
			case MAP_ID -> toMap(items);
			default -> readScalar(id, items);
		};
	}

	private static Map<@Nullable Object, @Nullable Object> toMap(List<@Nullable Object> keysAndValues) {
		if (keysAndValues.size() % 2 != 0) {
			throw new IllegalArgumentException("Map has a key without a value");
		}
		Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
		for (int i = 0; i < keysAndValues.size(); i += 2) {
			map.put(keysAndValues.get(i), keysAndValues.get(i + 1));
		}
		return map;
	}

	private static Object readScalar(int id, List<@Nullable Object> items) {
		ScalarType type = ScalarType.withId(id).orElseThrow(() -> new IllegalArgumentException("Unknown type " + id));
		if (items.size() != 1 || !(items.get(0) instanceof String text)) {
			throw new IllegalArgumentException("Type " + id + " is written as one text");
		}
		return type.read(text);
	}

}
