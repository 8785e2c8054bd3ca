package io.github.oauth2state.login;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamWriteException;
import tools.jackson.dataformat.cbor.CBORFactory;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.record.CborValues;

/**
 * Writes an authorization request as a CBOR map (RFC 8949) from field ids to fields, and
 * leaves out values that can be derived. A request that would not come back equal is
 * refused when it is written, so that a login fails before the user leaves and not after
 * the user has returned.
 * <p>
 * Fields are only ever added: a reader skips those that it does not know. Ids are never
 * reused.
 */
final class CborAuthorizationRequestCodec implements AuthorizationRequestCodec {

	private static final int AUTHORIZATION_URI = 1;

	private static final int CLIENT_ID = 2;

	private static final int REDIRECT_URI = 3;

	private static final int SCOPES = 4;

	private static final int ADDITIONAL_PARAMETERS = 5;

	private static final int ATTRIBUTES = 6;

	private static final int AUTHORIZATION_REQUEST_URI = 7;

	/**
	 * Says how the URI is assembled. If a record has neither this nor a URI, an older
	 * version wrote it, and Spring Security's builder makes the URI.
	 */
	private static final int ASSEMBLED_URI = 9;

	private static final int ASSEMBLY = 1;

	private static final int USUAL_LENGTH = 512;

	private static final int MAX_LENGTH = 16 * 1024;

	private static final int MAX_NESTING_DEPTH = 32;

	private static final String REMEDY = " Declare a bean of type " + AuthorizationRequestCodec.class.getName()
			+ " that can write it, or leave it out.";

	private final CBORFactory cbor = CBORFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNestingDepth(MAX_NESTING_DEPTH)
			.maxStringLength(MAX_LENGTH)
			.maxDocumentLength(MAX_LENGTH)
			.build())
		.build();

	@Override
	public byte[] encode(OAuth2AuthorizationRequest request) {
		byte[] bytes = write(request);
		if (!RoundTrip.isSafe(request)) {
			RoundTrip.requireEqual(decode(bytes, request.getState()), request, REMEDY);
		}
		return bytes;
	}

	private byte[] write(OAuth2AuthorizationRequest request) {
		ByteArrayOutputStream output = new ByteArrayOutputStream(USUAL_LENGTH);
		try (JsonGenerator generator = this.cbor.createGenerator(ObjectWriteContext.empty(), output)) {
			generator.writeStartObject();
			writeField(generator, AUTHORIZATION_URI, request.getAuthorizationUri());
			writeField(generator, CLIENT_ID, request.getClientId());
			writeField(generator, REDIRECT_URI, request.getRedirectUri());
			writeScopes(generator, request.getScopes());
			writeMap(generator, ADDITIONAL_PARAMETERS, "Additional parameter", request.getAdditionalParameters(),
					(name, value) -> DerivedParameters.leaveOut(name, value, request.getAttributes()));
			writeMap(generator, ATTRIBUTES, "Attribute", request.getAttributes(), (name, value) -> value);
			if (AuthorizationRequestUri.isAssembled(request)) {
				writeField(generator, ASSEMBLED_URI, ASSEMBLY);
			}
			else {
				writeField(generator, AUTHORIZATION_REQUEST_URI, request.getAuthorizationRequestUri());
			}
			generator.writeEndObject();
		}
		catch (StreamWriteException ex) {
			throw new IllegalArgumentException(
					"The authorization request has text that is not valid Unicode." + REMEDY);
		}
		if (output.size() > MAX_LENGTH) {
			throw new IllegalArgumentException(
					"The authorization request takes %d bytes, and %d are allowed.".formatted(output.size(), MAX_LENGTH)
							+ REMEDY);
		}
		return output.toByteArray();
	}

	private static void writeField(JsonGenerator generator, int id, @Nullable Object value) {
		generator.writePropertyId(id);
		CborValues.write(generator, value);
	}

	private static void writeScopes(JsonGenerator generator, Set<String> scopes) {
		generator.writePropertyId(SCOPES);
		generator.writeStartArray(null, scopes.size());
		scopes.forEach(generator::writeString);
		generator.writeEndArray();
	}

	private static void writeMap(JsonGenerator generator, int id, String kind, Map<String, Object> map,
			BiFunction<String, @Nullable Object, @Nullable Object> written) {
		generator.writePropertyId(id);
		generator.writeStartObject(null, map.size());
		map.forEach((name, value) -> {
			try {
				generator.writeName(ShortNames.shorten(name));
				CborValues.write(generator, written.apply(name, value));
			}
			catch (IllegalArgumentException ex) {
				throw cannotStore(kind, name, ex.getMessage());
			}
			catch (StreamWriteException ex) {
				throw cannotStore(kind, name, "has text that is not valid Unicode");
			}
		});
		generator.writeEndObject();
	}

	private static IllegalArgumentException cannotStore(String kind, String name, @Nullable String reason) {
		return new IllegalArgumentException(
				"%s '%s' of the authorization request %s, which cannot be stored.".formatted(kind, name, reason)
						+ REMEDY);
	}

	@Override
	public OAuth2AuthorizationRequest decode(byte[] bytes, String state) {
		try (JsonParser parser = this.cbor.createParser(ObjectReadContext.empty(), bytes)) {
			return read(parser, state);
		}
		catch (RuntimeException ex) {
			// Parsers of bytes and of values fail in many ways, with messages that quote
			// what they read.
			throw new IllegalArgumentException("Not an authorization request: " + ex.getClass().getSimpleName());
		}
	}

	private static OAuth2AuthorizationRequest read(JsonParser parser, String state) {
		OAuth2AuthorizationRequest.Builder builder = OAuth2AuthorizationRequest.authorizationCode();
		String authorizationUri = null;
		String clientId = null;
		String redirectUri = null;
		String uri = null;
		boolean assembled = false;
		Set<String> scopes = Set.of();
		require(parser.nextToken() == JsonToken.START_OBJECT);
		while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
			int field = Integer.parseInt(parser.currentName());
			parser.nextToken();
			switch (field) {
				case AUTHORIZATION_URI -> {
					authorizationUri = readString(parser);
				}
				case CLIENT_ID -> {
					clientId = readString(parser);
				}
				case REDIRECT_URI -> {
					redirectUri = readString(parser);
				}
				case SCOPES -> {
					scopes = readScopes(parser);
				}
				case ADDITIONAL_PARAMETERS ->
					builder.additionalParameters((map) -> readMap(parser, map, CborValues::readParameter));
				case ATTRIBUTES -> builder.attributes((map) -> readMap(parser, map, CborValues::read));
				case AUTHORIZATION_REQUEST_URI -> {
					uri = readString(parser);
				}
				case ASSEMBLED_URI -> {
					assembled = Integer.valueOf(ASSEMBLY).equals(CborValues.read(parser));
				}
				default -> parser.skipChildren();
			}
		}
		require(parser.currentToken() == JsonToken.END_OBJECT);
		builder.attributes((attributes) -> builder
			.additionalParameters((parameters) -> DerivedParameters.putBack(parameters, attributes)));
		if (assembled && authorizationUri != null && clientId != null) {
			AuthorizationRequestUri assembly = AuthorizationRequestUri.of(authorizationUri, clientId, scopes, state,
					redirectUri);
			builder.additionalParameters((parameters) -> parameters.forEach(assembly::add));
			uri = assembly.toString();
		}
		return builder.authorizationUri(authorizationUri)
			.clientId(clientId)
			.redirectUri(redirectUri)
			.scopes(scopes)
			.state(state)
			.authorizationRequestUri(uri)
			.build();
	}

	private static @Nullable String readString(JsonParser parser) {
		Object value = CborValues.read(parser);
		require(value == null || value instanceof String);
		return (String) value;
	}

	private static Set<String> readScopes(JsonParser parser) {
		Set<String> scopes = new LinkedHashSet<>();
		require(parser.currentToken() == JsonToken.START_ARRAY);
		while (parser.nextToken() != JsonToken.END_ARRAY) {
			scopes.add(parser.getString());
		}
		return scopes;
	}

	private static void readMap(JsonParser parser, Map<String, @Nullable Object> map,
			Function<JsonParser, @Nullable Object> reader) {
		require(parser.currentToken() == JsonToken.START_OBJECT);
		while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
			String name = ShortNames.restore(parser.currentName());
			parser.nextToken();
			map.put(name, reader.apply(parser));
		}
	}

	private static void require(boolean condition) {
		if (!condition) {
			throw new IllegalArgumentException("Not an authorization request");
		}
	}

}
