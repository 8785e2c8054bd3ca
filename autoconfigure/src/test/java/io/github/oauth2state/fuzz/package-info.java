/**
 * Tries properties on random inputs.
 */
@NullMarked
package io.github.oauth2state.fuzz;

import org.jspecify.annotations.NullMarked;
