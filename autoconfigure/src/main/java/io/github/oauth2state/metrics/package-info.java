/**
 * Meters and observations of logins, store and cleanup. The only package that knows
 * Micrometer.
 */
@NullMarked
package io.github.oauth2state.metrics;

import org.jspecify.annotations.NullMarked;
