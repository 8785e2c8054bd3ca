package io.github.oauth2state;

import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * Turns an authorization request into bytes and back.
 * <p>
 * The default one writes a compact binary form and accepts attributes and additional
 * parameters that are strings, numbers, booleans, {@code null}, {@code Instant},
 * {@code URI}, {@code UUID}, {@code Locale}, and lists, sets and maps of these. An
 * application with attributes of other types declares a bean of this type.
 * <p>
 * Bytes are sealed before they are stored, so a codec need not protect them. It must read
 * what earlier versions of it wrote. Implementations are thread-safe.
 */
public interface AuthorizationRequestCodec {

	/**
	 * Writes an authorization request.
	 * @param request the request as Spring Security made it
	 * @return its bytes, at most 16 KiB
	 * @throws IllegalArgumentException if it cannot be written so that reading gives an
	 * equal one; the login then fails before the user leaves for the provider
	 */
	byte[] encode(OAuth2AuthorizationRequest request);

	/**
	 * Reads an authorization request.
	 * @param bytes what {@link #encode} returned, of this version or another
	 * @param state the {@code state} parameter of the callback, which need not stand in
	 * the bytes
	 * @return a request equal to the one that was written
	 * @throws IllegalArgumentException if the bytes cannot be understood
	 */
	OAuth2AuthorizationRequest decode(byte[] bytes, String state);

}
