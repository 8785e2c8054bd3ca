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

/**
 * Writes and reads records that are one map, with the types that {@link CborValues} has.
 * Entries are only ever added: a reader takes those that it knows.
 */
public final class CborRecord {

	private static final int MAX_LENGTH = 64 * 1024;

	private static final int MAX_NESTING_DEPTH = 32;

	private static final CBORFactory CBOR = CBORFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNestingDepth(MAX_NESTING_DEPTH)
			.maxStringLength(MAX_LENGTH)
			.maxDocumentLength(MAX_LENGTH)
			.build())
		.build();

	private CborRecord() {
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
			throw new IllegalArgumentException("Text that is no valid Unicode");
		}
		return bytes.toByteArray();
	}

	/**
	 * Reads a record.
	 * @param bytes the bytes, however hostile
	 * @return its entries, whatever their types
	 * @throws IllegalArgumentException if the bytes are no record
	 */
	public static Map<?, ?> read(byte[] bytes) {
		try (JsonParser parser = CBOR.createParser(ObjectReadContext.empty(), bytes)) {
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
