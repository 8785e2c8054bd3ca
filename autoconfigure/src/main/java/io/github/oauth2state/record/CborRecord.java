package io.github.oauth2state.record;

import java.io.ByteArrayOutputStream;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.dataformat.cbor.CBORFactory;

import io.github.oauth2state.StateStore;

/**
 * Writes and reads records that are one CBOR map, with the value types of
 * {@link CborValues}. Later versions only add entries: a reader ignores those that it
 * does not know.
 */
public final class CborRecord {

	private static final int MAX_LENGTH = StateStore.MAX_VALUE_LENGTH;

	private static final int MAX_NESTING_DEPTH = 32;

	private static final int MAX_LARGE_LENGTH = 1024 * 1024;

	private static final CBORFactory CBOR = factory(MAX_LENGTH);

	private static final CBORFactory LARGE_CBOR = factory(MAX_LARGE_LENGTH);

	private CborRecord() {
	}

	private static CBORFactory factory(int maxLength) {
		return CBORFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder()
				.maxNestingDepth(MAX_NESTING_DEPTH)
				.maxStringLength(maxLength)
				.maxDocumentLength(maxLength)
				.build())
			.build();
	}

	/**
	 * Writes a record.
	 * @param values its entries
	 * @return the bytes
	 * @throws IllegalArgumentException if a value cannot be written, or is nested too
	 * deep
	 */
	public static byte[] write(Map<String, ? extends @Nullable Object> values) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (JsonGenerator generator = CBOR.createGenerator(ObjectWriteContext.empty(), bytes)) {
			CborValues.write(generator, values);
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("Text that is not valid Unicode");
		}
		return bytes.toByteArray();
	}

	/**
	 * Reads a record.
	 * @param bytes the bytes, possibly hostile
	 * @return its entries, of any type
	 * @throws IllegalArgumentException if the bytes are not a record
	 */
	public static Map<?, ?> read(byte[] bytes) {
		return read(CBOR, bytes);
	}

	/**
	 * Reads a record that may be larger than a value in a store.
	 * @param bytes the bytes, possibly hostile, at most 1 MiB
	 * @return its entries, of any type
	 * @throws IllegalArgumentException if the bytes are not a record, or too many
	 */
	public static Map<?, ?> readLarge(byte[] bytes) {
		return read(LARGE_CBOR, bytes);
	}

	private static Map<?, ?> read(CBORFactory cbor, byte[] bytes) {
		try (JsonParser parser = cbor.createParser(ObjectReadContext.empty(), bytes)) {
			parser.nextToken();
			if (CborValues.read(parser) instanceof Map<?, ?> values && parser.nextToken() == null) {
				return values;
			}
		}
		catch (RuntimeException ex) {
			throw new IllegalArgumentException("Not a record: " + ex.getClass().getSimpleName());
		}
		throw new IllegalArgumentException("Not a record");
	}

}
