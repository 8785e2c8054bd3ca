/**
 * Measures what a login costs and writes a report.
 */
@NullMarked
package io.github.oauth2state.benchmarks;

import org.jspecify.annotations.NullMarked;
