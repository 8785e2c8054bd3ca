/**
 * Meters and observations, through Micrometer.
 */
@NullMarked
package io.github.oauth2state.metrics;

import org.jspecify.annotations.NullMarked;
