package io.github.oauth2state.sample;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What may be known of a token.
 *
 * @param expiresAt when it expires, if the provider told
 * @param access by which it can be told from others
 * @param instance which instance answered
 * @param obtained how it was obtained, if the answer tells
 */
record TokenInfo(@Nullable Instant expiresAt, String access, String instance, @Nullable Obtained obtained) {

}
