/**
 * An ordinary Spring Boot app, to copy from.
 */
@NullMarked
package io.github.oauth2state.sample;

import org.jspecify.annotations.NullMarked;
