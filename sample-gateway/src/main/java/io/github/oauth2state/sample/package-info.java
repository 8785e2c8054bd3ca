/**
 * A gateway that users log in at, to copy from.
 */
@NullMarked
package io.github.oauth2state.sample;

import org.jspecify.annotations.NullMarked;
