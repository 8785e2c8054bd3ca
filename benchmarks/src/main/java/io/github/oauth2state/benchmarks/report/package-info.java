/**
 * What was measured, as text, data and charts.
 */
@NullMarked
package io.github.oauth2state.benchmarks.report;

import org.jspecify.annotations.NullMarked;
