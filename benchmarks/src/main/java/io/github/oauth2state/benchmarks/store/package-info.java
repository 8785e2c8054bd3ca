/**
 * What calls of the stores cost, beside the same commands without the library.
 */
@NullMarked
package io.github.oauth2state.benchmarks.store;

import org.jspecify.annotations.NullMarked;
